// Makes a chain as a Go program does: a CA with name constraints, and a client outside of them.
package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"time"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func write(path string, kind string, blocks ...[]byte) {
	file := must(os.Create(path))
	for _, block := range blocks {
		pem.Encode(file, &pem.Block{Type: kind, Bytes: block})
	}
	file.Close()
}

func sign(template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) []byte {
	return must(x509.CreateCertificate(rand.Reader, template, parent, public, key))
}

func main() {
	rootKey := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	leafKey := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	now := time.Now()
	root := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{Organization: []string{"Example"}, CommonName: "Go CA"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.AddDate(10, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	ca := *root
	ca.SerialNumber, ca.Subject.CommonName = big.NewInt(2), "Go issuing CA"
	ca.PermittedDNSDomainsCritical, ca.PermittedDNSDomains = true, []string{"corp.example"}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(3),
		Subject:      pkix.Name{OrganizationalUnit: []string{"Web", "Ops"}, CommonName: "build agent"},
		DNSNames:     []string{os.Args[1]},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.AddDate(1, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	caKey := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	rootDER := sign(root, root, rootKey.Public(), rootKey)
	rootMade := must(x509.ParseCertificate(rootDER))
	caDER := sign(&ca, rootMade, caKey.Public(), rootKey)
	leafDER := sign(leaf, must(x509.ParseCertificate(caDER)), leafKey.Public(), caKey)
	write("trust.pem", "CERTIFICATE", rootDER)
	write("chain.pem", "CERTIFICATE", leafDER, caDER)
	write("own.key", "PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(leafKey)))
}
