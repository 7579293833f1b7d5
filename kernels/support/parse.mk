# parse.h is implemented with llhttp, or where that is not yet shipped (Debian 12)
# with the older http-parser, which pkg-config does not know.
ifeq ($(shell pkg-config --exists libllhttp && echo yes),yes)
PARSE_C   := kernels/support/parse_llhttp.c
PARSE_PKG := libllhttp
else
PARSE_LIBS := -lhttp_parser
ifneq ($(shell echo '\#include <http_parser.h>' | $(CC) $(CPPFLAGS) -E -x c - >/dev/null 2>&1 && echo yes),)
PARSE_C := kernels/support/parse_http_parser.c
endif
endif
PKG_parse_llhttp := $(PARSE_PKG)
