import java.io.File;
import java.io.FileInputStream;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Node;

/** Verifies enveloped seals with the JDK's own XMLDSig: arguments are pairs of a document and a certificate. */
public class VerifySeal {
    public static void main(String[] arguments) throws Exception {
        for (int i = 0; i < arguments.length; i += 2) {
            String answer;
            try {
                answer = verify(new File(arguments[i]), new File(arguments[i + 1])) ? "valid" : "invalid";
            } catch (Exception exception) {
                answer = "error " + exception.getClass().getSimpleName();
            }
            System.out.println(answer);
        }
    }

    private static boolean verify(File document, File certificate) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setCoalescing(true); // CDATA is text: Canonical XML knows no other
        Document parsed = factory.newDocumentBuilder().parse(document);
        DOMValidateContext context = new DOMValidateContext(key(certificate), signatureUnderRoot(parsed));
        // Genuine seals of the past are RSA with SHA-1, which the secure mode refuses.
        context.setProperty("org.jcp.xml.dsig.secureValidation", Boolean.FALSE);
        XMLSignature signature = XMLSignatureFactory.getInstance("DOM").unmarshalXMLSignature(context);
        return signature.validate(context);
    }

    private static PublicKey key(File certificate) throws Exception {
        try (FileInputStream stream = new FileInputStream(certificate)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(stream).getPublicKey();
        }
    }

    private static Node signatureUnderRoot(Document document) {
        for (Node n = document.getDocumentElement().getFirstChild(); n != null; n = n.getNextSibling()) {
            if ("Signature".equals(n.getLocalName()) && XMLSignature.XMLNS.equals(n.getNamespaceURI())) {
                return n;
            }
        }
        throw new IllegalArgumentException("no signature under the root");
    }
}
