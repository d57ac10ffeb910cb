// A server of Go's crypto/tls that requires a certificate of its clients: server PORT FOLDER.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

func main() {
	port, folder := os.Args[1], os.Args[2]
	own, err := tls.LoadX509KeyPair(folder+"/server.pem", folder+"/server.key")
	if err != nil {
		panic(err)
	}
	authorities, err := os.ReadFile(folder + "/trusted.pem")
	if err != nil {
		panic(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authorities)
	config := &tls.Config{
		Certificates: []tls.Certificate{own},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    pool,
		MinVersion:   tls.VersionTLS12,
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:"+port, config)
	if err != nil {
		panic(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			continue
		}
		go func() {
			defer connection.Close()
			if line, err := bufio.NewReader(connection).ReadString('\n'); err == nil && line != "" {
				fmt.Fprint(connection, "HTTP/1.0 200 OK\r\n\r\n")
			} else {
				fmt.Fprintln(os.Stderr, err)
			}
		}()
	}
}
