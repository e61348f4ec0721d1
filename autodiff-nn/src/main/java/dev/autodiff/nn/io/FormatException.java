package dev.autodiff.nn.io;

/**
 * Thrown when a file does not hold what its format asks for: truncated, damaged, or another kind of file. What was read so far is thrown
 * away.
 */
public final class FormatException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception with the message {@code source: what: expected …, got …}.
     *
     * @param source the file
     * @param what which part of which format, with its position in bytes where it has one
     * @param expected what should stand there
     * @param actual what stands there
     */
    public FormatException(String source, String what, String expected, String actual) {
        super(source + ": " + what + ": expected " + expected + ", got " + actual);
    }

    /** Creates the exception with the message {@code source: what: expected …, got …} and what a decoder had to say. */
    public FormatException(String source, String what, String expected, String actual, Throwable cause) {
        super(source + ": " + what + ": expected " + expected + ", got " + actual, cause);
    }
}
