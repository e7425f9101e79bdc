package org.checkpointrecovery;

/** Starts the command line. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(new picocli.CommandLine(picocli.CommandLine.Model.CommandSpec.create()).execute(args));
    }
}
