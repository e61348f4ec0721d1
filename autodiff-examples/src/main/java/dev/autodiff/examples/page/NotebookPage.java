package dev.autodiff.examples.page;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A page whose sections are cells of a notebook already. */
public final class NotebookPage extends Page {
    /** Takes a picture, the bytes of a PNG or GIF file. */
    @FunctionalInterface
    public interface Viewer {
        void view(byte[] picture);
    }

    private final Viewer viewer;

    NotebookPage(Path folder, Viewer viewer) {
        super(folder);
        OutputFolder.prepare(folder);
        this.viewer = viewer;
    }

    @Override
    public void section(String title, String prose) {
        write("# " + title + "\n");
    }

    @Override
    void write(String text) {
        System.out.print(text);
        System.out.flush();
    }

    @Override
    void show(Path file, byte[] picture) {
        viewer.view(picture);
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
