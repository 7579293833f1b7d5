# hash.c needs OpenSSL's libcrypto: named here as pkg-config knows it.
PKG_hash := libcrypto
