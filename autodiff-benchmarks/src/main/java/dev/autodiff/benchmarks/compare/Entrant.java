package dev.autodiff.benchmarks.compare;

import java.util.List;
import java.util.Map;

/**
 * A side with its settings, and how its process is started.
 *
 * @param side {@code autodiff} or the peer's name
 * @param kernels {@code vector} or {@code portable}; empty for a peer
 * @param threads how many it may use
 */
record Entrant(String side, String kernels, int threads, List<String> command, Map<String, String> environment) {
    static final String OWN = "autodiff";

    boolean isOwn() {
        return side.equals(OWN);
    }

    @Override
    public String toString() {
        return side + (kernels.isEmpty() ? "" : " " + kernels) + " with " + threads
                + (threads == 1 ? " thread" : " threads");
    }
}
