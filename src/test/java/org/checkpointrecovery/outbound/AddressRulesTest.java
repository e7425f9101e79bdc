package org.checkpointrecovery.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRulesTest {
    private static Optional<String> problem(AddressRules rules, String host) {
        return rules.problem(URI.create("http://" + host + "/"));
    }

    private static AddressRules only(String... targets) {
        List<AllowedTarget> parsed = new ArrayList<>();
        for (String target : targets) {
            parsed.add(AllowedTarget.parse(target).orElseThrow());
        }
        return AddressRules.only(parsed, "--http-allow");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.255.255.254",
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "10.255.255.255",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "100.100.100.200",
                "100.127.255.255",
                "168.63.129.16",
                "192.0.0.192",
                "192.0.2.1",
                "198.18.0.1",
                "198.51.100.7",
                "203.0.113.9",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "[::]",
                "[::1]",
                "[fe80::1]",
                "[febf::1]",
                "[fc00::1]",
                "[fd00:ec2::254]",
                "[ff02::1]",
                "[fec0::1]",
                "[2001:db8::1]",
                "[100::1]",
                "[::127.0.0.1]",
                "[::ffff:127.0.0.1]",
                "[::ffff:a9fe:a9fe]",
                "[2002:7f00:1::]",
                "[2002:c0a8:101::1]",
                "[64:ff9b::10.0.0.1]",
                "[64:ff9b:1::8.8.8.8]",
                "[2001:0:808:808::f5ff:fffe]",
                "[2001:0:a00:1::f7f7:f7f7]"
            })
    void an_address_that_is_not_public_is_refused_in_any_notation(String host) throws UnknownHostException {
        assertThat(problem(AddressRules.publicOnly("--http-allow"), host)).isPresent();
        assertThat(AddressRules.publicOnly("--http-allow").allow("innocent.test", 80, InetAddress.getByName(host)))
                .isFalse();
        assertThat(problem(AddressRules.any(), host)).isEmpty();
        assertThat(AddressRules.any().allow(host, 80, InetAddress.getByName(host)))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8.8.8.8",
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.1",
                "100.63.255.255",
                "100.128.0.1",
                "172.15.255.255",
                "172.32.0.1",
                "169.253.1.1",
                "192.167.1.1",
                "223.255.255.255",
                "[2606:4700::1111]",
                "[2002:808:808::1]",
                "[64:ff9b::8.8.8.8]",
                "[2a00::1]"
            })
    void a_public_address_is_allowed(String host) throws UnknownHostException {
        assertThat(problem(AddressRules.publicOnly("--http-allow"), host)).isEmpty();
        assertThat(AddressRules.publicOnly("--http-allow").allow("innocent.test", 80, InetAddress.getByName(host)))
                .isTrue();
    }

    @Test
    void a_mapped_address_counts_as_the_one_within() {
        byte[] mapped = new byte[16];
        mapped[10] = -1;
        mapped[11] = -1;
        mapped[12] = 127;
        mapped[15] = 1;
        assertThat(Hosts.isOddNumber("8.8.8.8")).isFalse();
        assertThat(problem(AddressRules.publicOnly("--http-allow"), "[::ffff:8.8.8.8]"))
                .isEmpty();
        assertThat(problem(AddressRules.publicOnly("--http-allow"), "[::ffff:7f00:1]"))
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2130706433",
                "0x7f000001",
                "127.1",
                "0177.0.0.1",
                "0x7f.0.0.1",
                "127.0.0.01",
                "1.2.3.4.",
                "256.1.1.1"
            })
    void numbers_that_are_no_usual_address_are_told_from_names(String host) {
        assertThat(Hosts.isOddNumber(host)).isTrue();
    }

    @Test
    void only_what_the_operator_names_is_allowed_wherever_it_is() throws UnknownHostException {
        AddressRules rules = only("api.example.org:8443", "Intern.Example.Org", "10.0.0.5", "[FD00::5]:80");
        InetAddress local = InetAddress.getByName("10.0.0.9");
        for (String allowed : new String[] {
            "API.example.org:8443",
            "intern.example.org",
            "intern.example.org.:99",
            "10.0.0.5:1",
            "[fd00:0::5]",
            "[fd00::5]:80"
        }) {
            URI url = URI.create("http://" + allowed + "/");
            assertThat(rules.problem(url)).as(allowed).isEmpty();
            assertThat(rules.allow(url.getHost(), Hosts.port(url), local))
                    .as(allowed)
                    .isTrue();
        }
        for (String other : new String[] {
            "api.example.org",
            "api.example.org:8444",
            "x.intern.example.org",
            "10.0.0.6",
            "[fd00::5]:81",
            "8.8.8.8",
            "localhost"
        }) {
            URI url = URI.create("http://" + other + "/");
            assertThat(rules.problem(url)).as(other).isPresent();
            assertThat(rules.allow(url.getHost(), Hosts.port(url), local))
                    .as(other)
                    .isFalse();
        }
        assertThat(rules.problem(URI.create("https://api.example.org/")).orElseThrow())
                .contains("api.example.org:443", "api.example.org:8443, intern.example.org, 10.0.0.5", "--http-allow");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ":80", "a:", "a:0", "a:65536", "a b", "http://a", "a/b", "::1", "[::1", "[x]", "a:b", "u@h"})
    void a_target_of_another_form_is_none(String text) {
        assertThat(AllowedTarget.parse(text)).isEmpty();
    }

    @Test
    void of_several_addresses_only_those_that_are_allowed_are_connected_to() throws UnknownHostException {
        InetAddress bad = InetAddress.getLoopbackAddress();
        InetAddress good = InetAddress.getByName("198.41.0.4");
        List<Object> seen = new ArrayList<>();
        new CheckedResolver(host -> List.of(bad, good), AddressRules.publicOnly("--http-allow"), Runnable::run)
                .resolve("both.test", 80, Map.of(), new org.eclipse.jetty.util.Promise<>() {
                    @Override
                    public void succeeded(List<java.net.InetSocketAddress> result) {
                        seen.addAll(result);
                    }
                });
        assertThat(seen).containsExactly(new java.net.InetSocketAddress(good, 80));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.test",
                "a.test:81",
                "10.0.0.5:8080",
                "[::1]",
                "[2001:db8::1]:443",
                "a.test:81,[::1]:5,b.test",
                "any",
                "public",
                "any,public",
                "public:80"
            })
    void listed_targets_are_read_as_they_were_written(String text) {
        AddressRules rules = AddressRules.only(
                Arrays.stream(text.split(","))
                        .map(target -> AllowedTarget.parse(target).orElseThrow())
                        .toList(),
                "--http-allow");
        AddressRules read = AddressRules.parse(rules.toString(), "--http-allow");
        assertThat(read).hasToString(rules.toString());
        for (String url : List.of(
                "http://a.test/",
                "http://a.test:81/",
                "http://10.0.0.5:8080/",
                "http://[::1]/",
                "http://[::1]:5/",
                "https://[2001:db8:0::1]/",
                "http://any/",
                "http://public/",
                "http://127.0.0.1/",
                "http://8.8.8.8/")) {
            assertThat(read.problem(URI.create(url))).as(url).isEqualTo(rules.problem(URI.create(url)));
        }
    }

    @Test
    void rules_without_a_list_are_read_as_they_were_written() {
        assertThat(AddressRules.parse(AddressRules.any().toString(), "--http-allow")
                        .problem(URI.create("http://127.0.0.1/")))
                .isEmpty();
        AddressRules open =
                AddressRules.parse(AddressRules.publicOnly("--http-allow").toString(), "--http-allow");
        assertThat(open.problem(URI.create("http://127.0.0.1/"))).isPresent();
        assertThat(open.problem(URI.create("http://8.8.8.8/"))).isEmpty();
    }
}
