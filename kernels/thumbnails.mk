# thumbnails.c needs what support/image.c needs, and an HTTP parser as fetch.c.
LOAD_thumbnails := gdlib
PKG_thumbnails  := $(PARSE_PKG)
LIBS_thumbnails := $(PARSE_LIBS)
