# spawn.c checks its children's work with OpenSSL's libcrypto.
PKG_spawn := libcrypto
