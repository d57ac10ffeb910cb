// For each folder: what a Go server says of chain.pem, sent by a client, if it trusts trust.pem.
package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
)

func read(path string) ([]*x509.Certificate, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var found []*x509.Certificate
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		found = append(found, certificate)
	}
	return found, nil
}

// As crypto/tls does in processCertsFromClient.
func judge(folder string) error {
	chain, err := read(folder + "/chain.pem")
	if err != nil {
		return err
	}
	trusted, err := read(folder + "/trust.pem")
	if err != nil {
		return err
	}
	roots, others := x509.NewCertPool(), x509.NewCertPool()
	for _, one := range trusted {
		roots.AddCert(one)
	}
	for _, one := range chain[1:] {
		others.AddCert(one)
	}
	usages := []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	_, err = chain[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: others, KeyUsages: usages})
	return err
}

func main() {
	for _, folder := range os.Args[1:] {
		if err := judge(folder); err != nil {
			fmt.Println(strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Println("OK")
		}
	}
}
