package dev.autodiff.benchmarks.compare;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What came out for one piece of work in one mode with one kind of kernels.
 *
 * @param own this library, with the number of threads that was better
 * @param peers each with its better number of threads, in the order of {@link Entrants#PEERS}
 * @param limit the best possible time in microseconds; NaN if there is none
 */
record Row(String work, String mode, String kernels, Timing own, List<Timing> peers, double limit) {
    /**
     * The times of one side, in microseconds.
     *
     * @param low the 10th percentile
     * @param high the 90th percentile
     */
    record Timing(String side, int threads, double low, double median, double high) {
        static Timing of(Entrant entrant, double[] times) {
            return new Timing(
                    entrant.side(),
                    entrant.threads(),
                    ChildProcess.quantile(times, 0.1),
                    ChildProcess.quantile(times, 0.5),
                    ChildProcess.quantile(times, 0.9));
        }
    }

    static final Comparator<Timing> FASTEST_FIRST = Comparator.comparingDouble(Timing::median);

    /** Returns the fastest peer. */
    Optional<Timing> best() {
        return peers.stream().min(FASTEST_FIRST);
    }

    /** Returns how many times as long as this library a peer takes. */
    double ratio(Timing peer) {
        return peer.median() / own.median();
    }

    /** Returns the limit over this library's time: 1 is as fast as the machine can be. */
    double ofLimit() {
        return limit / own.median();
    }
}
