package dev.autodiff.examples.page;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar on the standard error, or nothing if that is no terminal. */
public final class Progress implements AutoCloseable {
    private final @Nullable ProgressBar bar;

    private Progress(@Nullable ProgressBar bar) {
        this.bar = bar;
    }

    /**
     * Begins a task.
     *
     * @param unit what is counted, in the plural
     */
    public static Progress of(String task, long total, String unit) {
        return new Progress(
                Terminal.showsErrors()
                        ? new ProgressBarBuilder()
                                .setTaskName(task)
                                .setInitialMax(total)
                                .setUnit(" " + unit, 1)
                                .setStyle(ProgressBarStyle.ASCII)
                                .setUpdateIntervalMillis(200)
                                .showSpeed()
                                .clearDisplayOnFinish()
                                .build()
                        : null);
    }

    public void advance(long count) {
        if (bar != null) {
            bar.stepBy(count);
        }
    }

    /** Sets the words behind the bar. */
    public void tell(String message) {
        if (bar != null) {
            bar.setExtraMessage(" " + message);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
