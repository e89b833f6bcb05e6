import java.io.File;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;

/** Prints a line for each rule that a file breaks: Judge FLAVOUR FILE... */
public class Judge {
    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        PDFAFlavour flavour = PDFAFlavour.fromString(arguments[0]);
        for (int i = 1; i < arguments.length; i++) {
            try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(arguments[i]), flavour);
                 PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
                for (TestAssertion broken : validator.validate(parser).getTestAssertions()) {
                    System.out.println(broken.getRuleId().getClause() + " " + broken.getMessage());
                }
            }
        }
        System.out.println("judged " + (arguments.length - 1));
    }
}
