# The origin server draws with libgd, and reads HTTP with http-parser, which
# pkg-config does not know.
PKG_origin  := gdlib
LIBS_origin := -lhttp_parser
