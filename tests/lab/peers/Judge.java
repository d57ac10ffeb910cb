import java.io.FileInputStream;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** For each folder: what a Java server says of chain.pem, sent by a client, if it trusts trust.pem. */
public class Judge {
    public static void main(String[] folders) throws Exception {
        for (String folder : folders) {
            System.out.println(judge(folder));
        }
    }

    private static String judge(String folder) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int number = 0;
        for (Certificate one : read(folder + "/trust.pem")) {
            store.setCertificateEntry("ca" + number++, one);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        X509Certificate[] chain = read(folder + "/chain.pem").toArray(new X509Certificate[0]);
        try {
            ((X509TrustManager) factory.getTrustManagers()[0]).checkClientTrusted(chain, "UNKNOWN");
            return "OK";
        } catch (CertificateException error) {
            Throwable cause = error;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return String.valueOf(cause.getMessage()).split("\n")[0];
        }
    }

    private static Collection<X509Certificate> read(String path) throws Exception {
        try (FileInputStream stream = new FileInputStream(path)) {
            @SuppressWarnings("unchecked")
            Collection<X509Certificate> read =
                (Collection<X509Certificate>) CertificateFactory.getInstance("X.509").generateCertificates(stream);
            return read;
        }
    }
}
