# image.c needs libgd's header to compile, and loads the library when it runs.
LOAD_image := gdlib
