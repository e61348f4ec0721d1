package dev.autodiff.examples.page;

import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A page whose sections are cells of a notebook already. */
public final class NotebookPage extends Page {
    /** Shows a picture in the notebook. */
    @FunctionalInterface
    public interface Viewer {
        /** Takes the media type, {@code image/png} or {@code image/gif}, and the file's bytes in Base64. */
        void view(String type, String picture);
    }

    private final Viewer viewer;

    NotebookPage(Path folder, Viewer viewer) {
        super(folder);
        OutputFolder.prepare(folder);
        this.viewer = viewer;
    }

    @Override
    public void section(String title, String prose) {
        throw new IllegalStateException("the sections of a notebook are its cells, not '" + title + "'");
    }

    @Override
    void write(String text) {
        System.out.print(text);
        System.out.flush();
    }

    @Override
    void show(Path file, byte[] picture) {
        String type = file.toString().endsWith(".gif") ? "image/gif" : "image/png";
        viewer.view(type, Base64.getEncoder().encodeToString(picture));
    }

    @Override
    void saved(Path file) {
        write("saved: " + file.getFileName() + "\n");
    }

    @Override
    void failed(String claim) {
        throw new ProgramException("a claim does not hold: " + claim);
    }

    @Override
    @Nullable
    Progress begin(String task, int count) {
        return null;
    }
}
