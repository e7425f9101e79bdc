package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose word on the address of a client counts. */
class ProxiesTest {
    private static final Proxies TRUSTING = Proxies.of(null, List.of("127.0.0.1", "10.0.0.0/8", "2001:db8::/32"));

    /** @param headers separated by a bar */
    private static HttpServletRequest request(String peer, String headers) {
        List<String> lines = Arrays.asList(headers.split("\\|", -1));
        return (HttpServletRequest) Proxy.newProxyInstance(
                ProxiesTest.class.getClassLoader(),
                new Class<?>[] {HttpServletRequest.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getRemoteAddr" -> peer;
                    case "getHeaders" ->
                        Collections.enumeration(lines.stream()
                                .filter(line -> line.startsWith(arguments[0] + ": "))
                                .map(line -> line.substring(line.indexOf(' ') + 1))
                                .toList());
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '!', textBlock = """
            127.0.0.1     ! X-Forwarded-For: 192.0.2.7                                       ! 192.0.2.7
            10.1.2.3      ! X-Forwarded-For: 192.0.2.7                                       ! 192.0.2.7
            127.0.0.1     ! X-Forwarded-For: 6.6.6.6, 192.0.2.7                              ! 192.0.2.7
            127.0.0.1     ! X-Forwarded-For: 6.6.6.6, 192.0.2.7, 10.9.9.9                    ! 192.0.2.7
            127.0.0.1     ! X-Forwarded-For: 6.6.6.6|X-Forwarded-For: 192.0.2.7              ! 192.0.2.7
            127.0.0.1     ! X-Forwarded-For: 192.0.2.7:4711                                  ! 192.0.2.7
            127.0.0.1     ! X-Forwarded-For: 2001:db9::1                                     ! 2001:db9:0:0:0:0:0:1
            127.0.0.1     ! X-Forwarded-For: [2001:db9::1]:4711                              ! 2001:db9:0:0:0:0:0:1
            [2001:db8::1] ! X-Forwarded-For: 192.0.2.7                                       ! 192.0.2.7
            127.0.0.1     ! Forwarded: for=192.0.2.7;proto=https                             ! 192.0.2.7
            127.0.0.1     ! Forwarded: for=6.6.6.6, For="192.0.2.7:80"                       ! 192.0.2.7
            127.0.0.1     ! Forwarded: by=10.0.0.1 ;FOR="[2001:db9::1]:4711"                 ! 2001:db9:0:0:0:0:0:1
            127.0.0.1     ! Forwarded: for="6.6.6.6, for=7.7.7.7", for=192.0.2.7             ! 192.0.2.7
            127.0.0.1     ! Forwarded: for=192.0.2.7|X-Forwarded-For: 192.0.2.7              ! 192.0.2.7
            """)
    void a_trusted_proxy_names_the_client(String peer, String headers, String source) {
        assertThat(TRUSTING.source(request(peer, headers))).isEqualTo(source);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '!', textBlock = """
            192.0.2.1     ! X-Forwarded-For: 6.6.6.6                                         ! 192.0.2.1
            192.0.2.1     ! Forwarded: for=6.6.6.6                                           ! 192.0.2.1
            127.0.0.1     ! X-Forwarded-For: unknown                                         ! 127.0.0.1
            127.0.0.1     ! X-Forwarded-For: 6.6.6.6, localhost                              ! 127.0.0.1
            127.0.0.1     ! X-Forwarded-For: 999.1.1.1                                       ! 127.0.0.1
            127.0.0.1     ! X-Forwarded-For: 1.2                                             ! 127.0.0.1
            127.0.0.1     ! X-Forwarded-For: :::                                             ! 127.0.0.1
            127.0.0.1     ! X-Forwarded-For:                                                 ! 127.0.0.1
            127.0.0.1     ! Forwarded: for=_hidden                                           ! 127.0.0.1
            127.0.0.1     ! Forwarded: for="192.0.2.7                                        ! 127.0.0.1
            127.0.0.1     ! Accept: text/plain                                               ! 127.0.0.1
            127.0.0.1     ! Forwarded: for=6.6.6.6|X-Forwarded-For: 192.0.2.7                ! 127.0.0.1
            """)
    void what_nobody_trusted_says_does_not_count(String peer, String headers, String source) {
        assertThat(TRUSTING.source(request(peer, headers))).isEqualTo(source);
    }

    @Test
    void without_trusted_proxies_every_client_is_the_one_that_connects() {
        assertThat(Proxies.of(null, List.of()).source(request("127.0.0.1", "X-Forwarded-For: 192.0.2.7")))
                .isEqualTo("127.0.0.1");
    }
}
