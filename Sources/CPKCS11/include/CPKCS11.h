/* The PKCS#11 declarations (2.40, with the Edwards curves of 3.0); the module itself is loaded at run time. */
#ifndef SIGNET_CPKCS11_H
#define SIGNET_CPKCS11_H
#define CRYPTOKI_COMPAT 1
#include <softhsm/pkcs11.h>
#endif
