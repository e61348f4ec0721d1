package dev.autodiff.examples.page;

import java.io.IOException;
import java.util.List;

/**
 * A program that reads top to bottom like a notebook. It carries picocli's {@code @Command} with its name and one sentence, its settings
 * are {@code @Option} fields with defaults. How to write one stands in docs/writing-a-lesson.md.
 */
public interface Lesson {
    /** Runs the lesson; everything that it shows goes onto the page. */
    void run(Page page) throws IOException;

    /**
     * Returns command-line arguments that make the lesson run in a few seconds and still prove its claims, for the tests. A file that
     * another lesson has saved is named as by default, {@code runs/NAME/FILE}.
     */
    default List<String> small() {
        return List.of();
    }
}
