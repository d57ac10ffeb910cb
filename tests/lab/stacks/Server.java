// A server of Java's JSSE that requires a certificate of its clients: Server PORT FOLDER.
import java.io.*;
import java.net.InetAddress;
import java.nio.file.*;
import java.security.*;
import java.security.cert.*;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Collection;
import javax.net.ssl.*;

class Server {
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[1]);
        CertificateFactory reader = CertificateFactory.getInstance("X.509");
        KeyStore own = KeyStore.getInstance("PKCS12"), trusted = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        trusted.load(null, null);
        byte[] key = Files.readAllBytes(folder.resolve("server.key.der"));
        own.setKeyEntry("server", KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key)),
            new char[0], read(reader, folder.resolve("server.pem")).toArray(new java.security.cert.Certificate[0]));
        for (java.security.cert.Certificate one : read(reader, folder.resolve("trusted.pem")))
            trusted.setCertificateEntry("ca" + trusted.size(), one);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(own, new char[0]);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        SSLServerSocket listener = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(
            Integer.parseInt(arguments[0]), 50, InetAddress.getLoopbackAddress());
        listener.setNeedClientAuth(true);
        while (true) {
            SSLSocket connection = (SSLSocket) listener.accept();
            new Thread(() -> serve(connection)).start();
        }
    }

    static void serve(SSLSocket connection) {
        try (connection) {
            if (new BufferedReader(new InputStreamReader(connection.getInputStream())).readLine() != null)
                connection.getOutputStream().write("HTTP/1.0 200 OK\r\n\r\n".getBytes());
        } catch (IOException error) {
            System.err.println(error);
        }
    }

    static Collection<? extends java.security.cert.Certificate> read(CertificateFactory reader, Path file)
            throws Exception {
        try (InputStream stream = Files.newInputStream(file)) {
            return reader.generateCertificates(stream);
        }
    }
}
