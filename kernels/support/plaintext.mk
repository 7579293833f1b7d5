# plaintext.c computes with OpenSSL's libcrypto what the children must say.
PKG_plaintext := libcrypto
