package dev.autodiff.examples;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The front of all example programs. */
@Command(name = "autodiff", description = "Programs that show what automatic differentiation does.")
public final class Main implements Runnable {
    private Main() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
