# Makefile - builds every strategy with every kernel, tests them, measures them.
# SPDX-License-Identifier: MIT
#
# Files are found by globs: one new file in kernels/ is a kernel, one in bench/
# a strategy. A file X.mk beside X.c says what it needs beyond the C library:
#   PKG_X   := pkg-config modules; without them X is left out with one line
#   LOAD_X  := the same, but X loads the library as it runs: it is not linked
#   FLAGS_X := flags to compile and link with; left out if $(CC) refuses them
#   LIBS_X  := libraries that pkg-config does not know; left out without them
# The same holds for the parts scripts/X_Y.c of a tool X.
# A folder kernels/support/X/ is a program build/X that kernels start, with
# its sidecar beside the folder.
# Users own CC CFLAGS CPPFLAGS LDFLAGS LDLIBS; V=1 shows the commands,
# SAN=address or SAN=thread builds under a sanitizer, WERROR=1 is for CI.

CC      ?= cc
CFLAGS  ?= -O2 -g
SAN     ?=
BUILD   ?= build$(if $(SAN),/$(SAN))
V       ?=
Q       := $(if $(V),,@)
export BUILD

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all bench charts doctor compare test check test-truth tests clean format help FORCE

# ------------------------------------------------------------------ flags

SAN_FLAGS_address := -fsanitize=address,undefined -fno-sanitize-recover=all
SAN_FLAGS_thread  := -fsanitize=thread
SAN_FLAGS         := $(SAN_FLAGS_$(SAN)) $(if $(SAN),-fno-omit-frame-pointer)

REQUIRED := hwloc jansson gsl
MISSING  := $(strip $(foreach p,$(REQUIRED),$(shell pkg-config --exists $(p) || echo $(p))))

FLAGS := -std=gnu11 -D_GNU_SOURCE -pthread -Wall -Wextra -Wshadow \
         -Wstrict-prototypes -Wmissing-prototypes -ffp-contract=off \
         $(if $(WERROR),-Werror) $(SAN_FLAGS) -I$(BUILD) \
         $(shell pkg-config --cflags hwloc jansson 2>/dev/null)
LIBS  := -Wl,-z,now $(shell pkg-config --libs hwloc jansson 2>/dev/null) -lm

# ---------------------------------------------------------- what there is

-include $(wildcard kernels/support/*.mk kernels/*.mk bench/*.mk bench/peers/*.mk scripts/*.mk)

name_of     = $(basename $(notdir $(1)))
# What keeps X from being built here: empty, or a few words.
lacks       = $(strip $(foreach p,$(PKG_$(1)) $(LOAD_$(1)),$(shell pkg-config --exists $(p) || echo $(p))) \
              $(if $(FLAGS_$(1)),$(shell echo 'int main(void) { return 0; }' | \
              $(CC) $(FLAGS_$(1)) -x c -o /dev/null - 2>/dev/null || echo '$(CC) $(FLAGS_$(1))')) \
              $(if $(LIBS_$(1)),$(shell echo 'int main(void) { return 0; }' | \
              $(CC) -x c -o /dev/null - $(LIBS_$(1)) 2>/dev/null || echo '$(LIBS_$(1))')))
lacking     = $(foreach f,$(1),$(if $(call lacks,$(call name_of,$(f))),$(f)))

ALL_KERNELS    := $(sort $(wildcard kernels/*.c))
ALL_STRATEGIES := $(sort $(wildcard bench/*.c))
ALL_PEERS      := $(sort $(wildcard bench/peers/*.c))
ALL_HELPERS    := $(sort $(patsubst %/,%,$(dir $(wildcard kernels/support/*/*.c))))
# HTTP is parsed by the library that kernels/support/parse.mk has found.
ALL_SUPPORT    := $(sort $(filter-out $(PARSE_UNUSED),$(wildcard kernels/support/*.c)))
ALL_PARTS      := $(sort $(wildcard scripts/*_*.c))
LEFT_OUT       := $(call lacking,$(ALL_KERNELS) $(ALL_SUPPORT) $(ALL_STRATEGIES) $(ALL_PEERS) $(ALL_HELPERS) $(ALL_PARTS))
KERNELS_C      := $(filter-out $(LEFT_OUT),$(ALL_KERNELS))
SUPPORT_C      := $(filter-out $(LEFT_OUT),$(ALL_SUPPORT))
STRATEGIES_C   := $(filter-out $(LEFT_OUT),$(ALL_STRATEGIES))
STRATEGY_NAMES := $(call name_of,$(STRATEGIES_C))
HELPERS        := $(call name_of,$(filter-out $(LEFT_OUT),$(ALL_HELPERS)))

# The context switch is assembly where there is a header for this processor.
ARCH    := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine 2>/dev/null)))
SWITCH  := $(if $(wildcard bench/lib/switch_$(ARCH).h),,bench/lib/switch_ucontext.c)
LIB_C   := $(filter-out bench/lib/switch_%,$(wildcard bench/lib/*.c)) $(SWITCH)
FLAGS   += $(if $(SWITCH),-DSWITCH_PORTABLE)

# scripts/X.c and scripts/X_*.c make the tool X; scripts/lib/ is what tools share.
TOOLS   := $(foreach f,$(wildcard scripts/*.c),$(if $(findstring _,$(notdir $(f))),,$(call name_of,$(f))))
CHECKS  := $(call name_of,$(wildcard bench/tests/check_*.c))

objects  = $(patsubst %,$(BUILD)/obj/%.o,$(basename $(1)))
KERNEL_OBJECTS := $(call objects,$(KERNELS_C))
KERNEL_LIBS    := $(foreach f,$(KERNELS_C) $(SUPPORT_C),$(FLAGS_$(call name_of,$(f))) $(LIBS_$(call name_of,$(f))) \
                  $(if $(PKG_$(call name_of,$(f))),$(shell pkg-config --libs $(PKG_$(call name_of,$(f))))))
PROGRAMS       := $(addprefix $(BUILD)/,$(STRATEGY_NAMES))
# bench/peers/X.c is linked as a strategy is, but is none: it runs one kernel.
PEERS          := $(addprefix $(BUILD)/,$(call name_of,$(filter-out $(LEFT_OUT),$(ALL_PEERS))))

# ------------------------------------------------------------------ build

all: $(PROGRAMS) $(PEERS) $(addprefix $(BUILD)/,$(TOOLS) $(HELPERS)) $(BUILD)/strategies $(BUILD)/left_out ## build everything (the default)
	$(foreach f,$(LEFT_OUT),@echo "left out: $(f) ($(call lacks,$(call name_of,$(f))) not found)"$(newline))

define newline


endef

ifneq ($(MISSING),)
ifeq ($(filter bench charts doctor compare test check clean help format,$(MAKECMDGOALS)),)
$(error missing: $(MISSING); scripts/setup installs what is needed)
endif
endif

# Everything is made again when the compiler or its flags change.
$(BUILD)/flags: FORCE
	@mkdir -p $(BUILD)
	@echo '$(CC) $(FLAGS) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(LDLIBS)' | cmp -s - $@ || \
	 echo '$(CC) $(FLAGS) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(LDLIBS)' > $@

$(BUILD)/version.h: FORCE
	@mkdir -p $(BUILD)
	@echo "#define MANYWAYS_VERSION \"$$(git describe --always --dirty 2>/dev/null || echo unknown)\"" > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

# The names of all strategies, for --list and for scripts.
$(BUILD)/strategies: FORCE
	@mkdir -p $(BUILD)
	@printf '%s\n' $(STRATEGY_NAMES) | cmp -s - $@ || printf '%s\n' $(STRATEGY_NAMES) > $@

# What this build has not, as lines `FILE: REASON`, for `sweep doctor` to say.
$(BUILD)/left_out: FORCE
	@mkdir -p $(BUILD)
	@{ :;$(foreach f,$(LEFT_OUT), echo '$(f): $(call lacks,$(call name_of,$(f))) not found';) } > $@

$(BUILD)/strategies.c: $(BUILD)/strategies
	@{ echo '#include "bench/lib/kernels.h"'; echo 'const char *const strategy_names[] = {'; \
	   sed 's/.*/    "&",/' $<; echo '    NULL};'; } > $@

$(BUILD)/obj/strategies.o: $(BUILD)/strategies.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(FLAGS) -I. $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

TOOL_DEFINES = -DBUILD_COMPILER='"$(shell $(CC) --version 2>/dev/null | head -n 1)"' \
               -DBUILD_FLAGS='"$(strip $(CFLAGS) $(SAN_FLAGS))"'

# Whose flags a source file takes: its own, or those of its helper.
owner_of = $(call name_of,$(or $(filter $(ALL_HELPERS),$(patsubst %/,%,$(dir $(1)))),$(1)))
modules  = $(PKG_$(call owner_of,$(1))) $(LOAD_$(call owner_of,$(1)))
compile = $(CC) $(FLAGS) $(FLAGS_$(call owner_of,$<)) \
          $(if $(strip $(call modules,$<)),$(shell pkg-config --cflags $(call modules,$<))) \
          $(if $(filter scripts/%,$<),$(TOOL_DEFINES)) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	@$(if $(V),,echo "  CC    $<")
	$(Q)$(compile)

$(BUILD)/obj/bench/lib/main.o: $(BUILD)/version.h

$(BUILD)/lib.a: $(call objects,$(LIB_C))
$(BUILD)/support.a: $(call objects,$(SUPPORT_C))
$(BUILD)/tools.a: $(call objects,$(wildcard scripts/lib/*.c))
$(BUILD)/lib.a $(BUILD)/support.a $(BUILD)/tools.a:
	$(Q)rm -f $@ && ar rcs $@ $^

# Kernels are linked as objects: the linker would drop their constructors
# from an archive. What they share is one: of it, only what a kernel of this
# build calls is wanted.
$(PROGRAMS): $(BUILD)/%: $(BUILD)/obj/bench/%.o
$(PEERS): $(BUILD)/%: $(BUILD)/obj/bench/peers/%.o
$(PROGRAMS) $(PEERS): $(BUILD)/%: $(KERNEL_OBJECTS) $(BUILD)/obj/strategies.o $(BUILD)/support.a $(BUILD)/lib.a
	@$(if $(V),,echo "  LINK  $@")
	$(Q)$(CC) $(FLAGS) $(FLAGS_$*) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LDLIBS) \
	    $(if $(PKG_$*),$(shell pkg-config --libs $(PKG_$*))) $(LIBS_$*) $(KERNEL_LIBS) $(LIBS)

# The files of tool X, and the libraries of its parts.
tool_files = $(filter-out $(LEFT_OUT),$(wildcard scripts/$(1).c scripts/$(1)_*.c))
tool_libs  = $(foreach f,$(call tool_files,$(1)),$(LIBS_$(call name_of,$(f))) \
             $(if $(PKG_$(call name_of,$(f))),$(shell pkg-config --libs $(PKG_$(call name_of,$(f))))))

define tool_rule
$(BUILD)/$(1): $(call objects,$(call tool_files,$(1))) $(BUILD)/tools.a $(BUILD)/lib.a
	@$(if $(V),,echo "  LINK  $$@")
	$(Q)$$(CC) $$(FLAGS) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$^ $$(LDLIBS) $(call tool_libs,$(1)) $$(LIBS) $$(shell pkg-config --libs gsl)
endef
$(foreach t,$(TOOLS),$(eval $(call tool_rule,$(t))))

define helper_rule
$(BUILD)/$(1): $(call objects,$(filter-out $(PARSE_UNUSED),$(wildcard kernels/support/$(1)/*.c))) $(BUILD)/lib.a
	@$(if $(V),,echo "  LINK  $$@")
	$(Q)$$(CC) $$(FLAGS) $$(FLAGS_$(1)) $$(CFLAGS) $$(LDFLAGS) -o $$@ $$^ $$(LDLIBS) \
	    $$(if $$(PKG_$(1)),$$(shell pkg-config --libs $$(PKG_$(1)))) $$(LIBS_$(1)) $$(LIBS)
endef
$(foreach h,$(HELPERS),$(eval $(call helper_rule,$(h))))

$(addprefix $(BUILD)/tests/,$(CHECKS)): $(BUILD)/tests/%: $(BUILD)/obj/bench/tests/%.o $(BUILD)/tools.a $(BUILD)/lib.a
	@mkdir -p $(@D)
	@$(if $(V),,echo "  LINK  $@")
	$(Q)$(CC) $(FLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(shell pkg-config --libs check gsl) $(LIBS)

# Holds the statistics against known truth; bench/tests/truth.c says how.
$(BUILD)/tests/truth: $(call objects,$(wildcard bench/tests/truth*.c)) $(BUILD)/tools.a $(BUILD)/lib.a
	@mkdir -p $(@D)
	@$(if $(V),,echo "  LINK  $@")
	$(Q)$(CC) $(FLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(shell pkg-config --libs gsl) $(LIBS)

# A build directory of its own: strategies that spend time as they are told.
$(BUILD)/tests/oracle/oracle: $(BUILD)/obj/bench/tests/fixtures/oracle.o $(BUILD)/sweep
	@mkdir -p $(@D)
	@$(if $(V),,echo "  LINK  $@")
	$(Q)$(CC) $(FLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LDLIBS) $(LIBS)
	$(Q)cp $@ $(@D)/sequential && cp $(BUILD)/sweep $(@D)/sweep
	$(Q)printf '%s\n' oracle sequential > $(@D)/strategies

tests: all $(addprefix $(BUILD)/tests/,$(CHECKS) truth oracle/oracle) ## build the test programs

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

# --------------------------------------------------------------- what one runs

# Set-up may install what the lines above have looked for in vain, so the
# build starts afresh after it.
JOBS := $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1))

bench: ## sweep, draw the charts, write the report (KERNELS= STRATEGIES= CORES= BLOCKS= GRANULARITY=1 PLAN=full)
	@scripts/setup --for bench
	@$(MAKE) --no-print-directory $(JOBS) all
	@scripts/bench

charts: ## draw the charts of a run again, or print them (RUN=results/latest TERMINAL=1 CHART=name)
	@$(if $(TERMINAL),,scripts/setup --for bench)
	@$(MAKE) --no-print-directory $(JOBS) $(BUILD)/stats >&2
	@scripts/plot $(if $(TERMINAL),--terminal) '$(or $(RUN),$(or $(RESULTS),results)/latest)' $(CHART)

doctor: ## say what this machine can show, and what not
	@scripts/setup --for bench
	@$(MAKE) --no-print-directory $(JOBS) all
	@$(BUILD)/sweep doctor

compare: ## two runs side by side, fails when B is slower or that cannot be told (A= B= TOLERANCE=)
	@[ -n '$(A)' ] && [ -n '$(B)' ] || { echo >&2 \
	 "compare: A and B: not given: make compare A=results/x B=results/y"; exit 2; }
	@scripts/setup --for bench
	@$(MAKE) --no-print-directory $(JOBS) $(BUILD)/stats
	@$(BUILD)/stats compare $(if $(TOLERANCE),--tolerance=$(TOLERANCE)) '$(A)' '$(B)'

test check: ## run all tests
	@scripts/setup --for test
	@$(MAKE) --no-print-directory $(JOBS) tests
	@bench/tests/run

test-truth: tests ## hold the statistics against known truth, all of it (20 minutes)
	@status=0; for suite in truth truth_files; do bench/tests/$$suite.sh full || status=1; done; exit $$status

format: ## lay out all C files as .clang-format says
	clang-format -i $$(git ls-files '*.c' '*.h')

clean: ## remove what was built (results/ stays)
	rm -rf $(BUILD)

help: ## print this
	@sed -n 's/^\([a-z -]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24
