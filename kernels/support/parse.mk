# HTTP is read with llhttp, or where that is not yet shipped (Debian 12) with the
# older http-parser, which pkg-config does not know. Of two files that do the
# same with the one and the other, those of PARSE_UNUSED are left out.
ifeq ($(shell pkg-config --exists libllhttp && echo yes),yes)
PARSE_PKG    := libllhttp
PARSE_UNUSED := %_http_parser.c
else
PARSE_LIBS   := -lhttp_parser
PARSE_UNUSED := %_llhttp.c
ifeq ($(shell echo '\#include <http_parser.h>' | $(CC) $(CPPFLAGS) -E -x c - >/dev/null 2>&1 && echo yes),)
PARSE_UNUSED += %_http_parser.c
endif
endif
PKG_parse_llhttp := $(PARSE_PKG)
