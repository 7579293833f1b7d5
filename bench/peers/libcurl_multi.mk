# A peer of the kernel fetch: libcurl, and what fetch itself is linked with.
PKG_libcurl_multi  := libcurl $(PARSE_PKG)
LIBS_libcurl_multi := $(PARSE_LIBS)
