// Sends one message with JavaMail and says what became of it, as JSON and exit status. The facts are
// in the environment (recipe.5), the recipients are the arguments. Without any it only loads what it
// needs, so that an archive of classes can be made of that.

import com.sun.mail.smtp.SMTPAddressFailedException;
import com.sun.mail.smtp.SMTPAddressSucceededException;
import com.sun.mail.smtp.SMTPMessage;
import com.sun.mail.smtp.SMTPSendFailedException;
import com.sun.mail.smtp.SMTPSenderFailedException;
import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Properties;
import javax.mail.Address;
import javax.mail.AuthenticationFailedException;
import javax.mail.MessagingException;
import javax.mail.SendFailedException;
import javax.mail.Session;
import javax.mail.Transport;
import javax.mail.internet.InternetAddress;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

public class JavaMail {
    static String fact(String name) {
        String value = System.getenv("SMTPDRILL_" + name);
        return value == null ? "" : value;
    }

    static String quote(String text) {
        StringBuilder to = new StringBuilder("\"");
        for (char c : String.valueOf(text).toCharArray()) {
            if (c < ' ' || c == '"' || c == '\\' || c > '~') to.append(String.format("\\u%04x", (int) c));
            else to.append(c);
        }
        return to.append('"').toString();
    }

    static void finish(int status, String report) {
        System.out.println("{" + report + "}");
        System.out.flush();
        Runtime.getRuntime().halt(status);
    }

    static String wordOf(int code) {
        return code / 100 == 4 ? "temporary" : code / 100 == 5 ? "permanent" : null;
    }

    /** One row a recipient that the chain of exceptions speaks of. */
    static String rowsOf(MessagingException first) {
        StringBuilder rows = new StringBuilder();
        for (Exception next = first; next instanceof MessagingException;
                next = ((MessagingException) next).getNextException()) {
            InternetAddress who = null;
            int code = 0;
            String word = "sent";
            if (next instanceof SMTPAddressFailedException) {
                who = ((SMTPAddressFailedException) next).getAddress();
                code = ((SMTPAddressFailedException) next).getReturnCode();
                word = wordOf(code);
            } else if (next instanceof SMTPAddressSucceededException) {
                who = ((SMTPAddressSucceededException) next).getAddress();
            }
            if (who == null || word == null) continue;
            rows.append(rows.length() > 0 ? "," : "").append("{\"address\":").append(quote(who.getAddress()));
            rows.append(",\"outcome\":\"").append(word).append("\",\"code\":").append(code).append("}");
        }
        return rows.toString();
    }

    static int codeOf(MessagingException first) {
        int code = 0;
        for (Exception next = first; next instanceof MessagingException;
                next = ((MessagingException) next).getNextException()) {
            if (next instanceof SMTPSendFailedException && wordOf(((SMTPSendFailedException) next).getReturnCode()) != null)
                return ((SMTPSendFailedException) next).getReturnCode();
            if (next instanceof SMTPSenderFailedException)
                return ((SMTPSenderFailedException) next).getReturnCode();
            if (next instanceof SMTPAddressFailedException && code == 0)
                code = ((SMTPAddressFailedException) next).getReturnCode();
        }
        return code;
    }

    static void giveUp(MessagingException error) {
        String text = "\"text\":" + quote(error.toString());
        for (Throwable cause = error; cause != null; cause = cause.getCause())
            if (cause instanceof SSLException || String.valueOf(cause.getMessage()).contains("STARTTLS"))
                finish(76, "\"outcome\":\"refused-tls\"," + text);
        if (error instanceof AuthenticationFailedException)
            finish(77, "\"outcome\":\"refused-auth\"," + text);
        int code = codeOf(error);
        String word = wordOf(code);
        if (word == null)
            finish(1, text);
        if (error instanceof SendFailedException && ((SendFailedException) error).getValidSentAddresses() != null
                && ((SendFailedException) error).getValidSentAddresses().length > 0)
            finish(1, "\"outcome\":\"partial\",\"code\":" + code + ",\"recipients\":[" + rowsOf(error) + "]," + text);
        finish(word.equals("temporary") ? 75 : 69, "\"outcome\":\"" + word + "\",\"code\":" + code + "," + text);
    }

    static SSLContext context() throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = new FileInputStream(fact("CA"))) {
            store.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext made = SSLContext.getInstance("TLS");
        made.init(null, trust.getTrustManagers(), null);
        return made;
    }

    static Properties properties() throws Exception {
        Properties to = new Properties();
        String tls = fact("TLS");
        to.put("mail.smtp.host", fact("HOST"));
        to.put("mail.smtp.port", fact("PORT"));
        to.put("mail.smtp.localhost", fact("DOMAIN").isEmpty() ? "client.example" : fact("DOMAIN"));
        to.put("mail.smtp.from", fact("FROM").isEmpty() ? "<>" : fact("FROM"));
        to.put("mail.smtp.sendpartial", "true");
        to.put("mail.smtp.reportsuccess", "false");
        to.put("mail.smtp.auth", String.valueOf(!fact("USER").isEmpty()));
        if (!fact("MECHANISM").isEmpty()) to.put("mail.smtp.auth.mechanisms", fact("MECHANISM"));
        else if (!fact("PROOF").isEmpty()) to.put("mail.smtp.auth.mechanisms", fact("PROOF").toUpperCase());
        if (!fact("TIMEOUT_MS").isEmpty()) {
            to.put("mail.smtp.connectiontimeout", fact("TIMEOUT_MS"));
            to.put("mail.smtp.timeout", fact("TIMEOUT_MS"));
        }
        if (!fact("NOTIFY").isEmpty()) to.put("mail.smtp.dsn.notify", fact("NOTIFY"));
        if (!fact("RET").isEmpty()) to.put("mail.smtp.dsn.ret", fact("RET"));
        if (tls.isEmpty()) return to;
        to.put("mail.smtp.ssl.enable", String.valueOf(tls.equals("implicit")));
        to.put("mail.smtp.starttls.enable", String.valueOf(!tls.equals("implicit")));
        to.put("mail.smtp.starttls.required", String.valueOf(tls.equals("starttls")));
        to.put("mail.smtp.ssl.checkserveridentity", String.valueOf(!tls.equals("opportunistic")));
        if (tls.equals("opportunistic")) to.put("mail.smtp.ssl.trust", "*");
        else to.put("mail.smtp.ssl.socketFactory", context().getSocketFactory());
        return to;
    }

    static void send(String[] recipients) throws Exception {
        Session session = Session.getInstance(properties());
        SMTPMessage message;
        try (InputStream in = new FileInputStream(fact("MESSAGE_CRLF"))) {
            message = new SMTPMessage(session, in);
        }
        Address[] to = new Address[recipients.length];
        for (int i = 0; i < recipients.length; i++) to[i] = new InternetAddress(recipients[i]);
        try (Transport transport = session.getTransport("smtp")) {
            if (fact("USER").isEmpty()) {
                transport.connect();
            } else {
                String password = new String(Files.readAllBytes(Paths.get(fact("PASSWORD_FILE"))), StandardCharsets.UTF_8);
                transport.connect(fact("USER"), password.replaceFirst("\n$", ""));
            }
            transport.sendMessage(message, to);
        }
    }

    static void warmUp() throws Exception {
        Session session = Session.getInstance(new Properties());
        new SMTPMessage(session, new ByteArrayInputStream("Subject: x\r\n\r\nx\r\n".getBytes()));
        session.getTransport("smtp");
        new InternetAddress("a@b.example");
    }

    public static void main(String[] recipients) throws Exception {
        if (recipients.length == 0) {
            warmUp();
            return;
        }
        if (!fact("ENVID").isEmpty() || !fact("ORCPT").isEmpty())
            finish(127, "\"text\":\"it has no call for ENVID and ORCPT\"");
        try {
            send(recipients);
            finish(0, "\"outcome\":\"sent\"");
        } catch (MessagingException error) {
            giveUp(error);
        } catch (Exception error) {
            finish(1, "\"text\":" + quote(error.toString()));
        }
    }
}
