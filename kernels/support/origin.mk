# The origin server draws with libgd, and reads HTTP as parse.mk says, which make
# may read after this file.
PKG_origin  = gdlib $(PARSE_PKG)
LIBS_origin = $(PARSE_LIBS)
