# fetch.c needs the HTTP parser of kernels/support/parse.mk.
PKG_fetch  := $(PARSE_PKG)
LIBS_fetch := $(PARSE_LIBS)
