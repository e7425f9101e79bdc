package org.checkpointrecovery.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tokens that let clients in. A file holds either one token, whose client is {@code admin} with the role {@code admin},
 * or one client a line:
 *
 * <pre>
 * # the nightly import
 * import:submit:Zk3v0m1cXw9qT5yB
 * grafana:read:p8Rj2LdN6sVh4aKe
 * </pre>
 *
 * Problems name the line, never a token. Immutable.
 */
public final class Tokens {
    private static final Pattern LINE = Pattern.compile("([^:]*):([^:]*):(.*)");
    /** A line of one client in a file of one line. A token by itself may contain colons too. */
    private static final Pattern ONLY_CLIENT = Pattern.compile("[A-Za-z0-9._-]{1,64}:[a-z]+:.*");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final Pattern TOKEN = Pattern.compile("[!-~]{16,}");
    private static final String TOKEN_RULE = "a token must have at least 16 visible ASCII characters";

    private final Map<String, Client> clients; // by token

    private Tokens(Map<String, Client> clients) {
        this.clients = clients;
    }

    /** Reads the file of {@code --token-file}. */
    public static Reloaded<Tokens> read(OptionFile file) throws InvalidFilesException {
        return new Reloaded<>(List.of(file), contents -> parse(file, new String(contents.get(0), UTF_8)));
    }

    private static Tokens parse(OptionFile file, String text) throws InvalidFilesException {
        String only = text.strip();
        if (only.lines().count() > 1 || ONLY_CLIENT.matcher(only).matches()) {
            return parseLines(file, text);
        }
        if (!TOKEN.matcher(only).matches()) {
            throw file.problem("must contain a token, or lines of the form name:role:token; " + TOKEN_RULE);
        }
        return new Tokens(Map.of(only, new Client("admin", Role.ADMIN)));
    }

    private static Tokens parseLines(OptionFile file, String text) throws InvalidFilesException {
        Map<String, Client> clients = new LinkedHashMap<>();
        List<String> problems = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().map(String::strip).toList()) {
            number++;
            if (!line.isEmpty() && !line.startsWith("#")) {
                String problem = add(line, clients);
                if (!problem.isEmpty()) {
                    problems.add(file + ", line " + number + ": " + problem);
                }
            }
        }
        if (problems.isEmpty() && clients.isEmpty()) {
            throw file.problem("contains no token");
        }
        if (!problems.isEmpty()) {
            throw new InvalidFilesException(problems);
        }
        return new Tokens(clients);
    }

    /** Adds the client of a line. Returns the problem with it, or an empty text. */
    private static String add(String line, Map<String, Client> clients) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            return "must be name:role:token, such as import:submit:Zk3v0m1cXw9qT5yB";
        }
        String name = parts.group(1);
        Optional<Role> role = Role.of(parts.group(2));
        String token = parts.group(3);
        if (!NAME.matcher(name).matches()) {
            return "its name must consist of 1 to 64 letters, digits, dots, underscores and hyphens";
        }
        if (role.isEmpty()) {
            return "the role of " + name + " must be one of read, submit, admin";
        }
        if (!TOKEN.matcher(token).matches()) {
            return TOKEN_RULE + ", unlike the one of " + name;
        }
        if (clients.values().stream().anyMatch(client -> client.name().equals(name))) {
            return "the name " + name + " is used twice";
        }
        Client other = clients.putIfAbsent(token, new Client(name, role.get()));
        return other == null ? "" : name + " has the same token as " + other.name();
    }

    /** Returns whom a token belongs to; empty if it is wrong. The time it takes does not depend on which token it resembles. */
    public Optional<Client> client(String token) {
        byte[] given = token.getBytes(UTF_8);
        Client found = null;
        for (Map.Entry<String, Client> entry : clients.entrySet()) { // to the end
            if (MessageDigest.isEqual(given, entry.getKey().getBytes(UTF_8))) {
                found = entry.getValue();
            }
        }
        return Optional.ofNullable(found);
    }

    /** Returns the clients, without their tokens. */
    @Override
    public String toString() {
        return clients.values().toString();
    }
}
