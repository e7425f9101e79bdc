package org.checkpointrecovery.processor.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.outbound.AddressRules;
import org.checkpointrecovery.outbound.AllowedTarget;
import org.checkpointrecovery.outbound.NameLookup;
import org.checkpointrecovery.processor.Answer;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.Test;

/** Which addresses the calls of a processor reach. */
class AllowedAddressTest {
    @Test
    void a_name_that_changes_its_address_has_nothing_to_gain() throws UnknownHostException {
        List<String> asked = new ArrayList<>();
        InetAddress good = InetAddress.getByName("192.0.2.7"); // nobody answers there
        InetAddress bad = InetAddress.getLoopbackAddress();
        try (MisbehavingServer server =
                MisbehavingServer.that((request, time, exchange) -> exchange.answer(200, "in"))) {
            NameLookup names = host -> {
                asked.add(host);
                return List.of(asked.size() == 1 ? good : bad);
            };
            String url = "http://rebind.test:" + server.port() + "/";
            assertThat(names.lookUp("at submission")).containsExactly(good);
            var kind = Calling.kind(
                    Map.of(), AddressRules.publicOnly("--http-allow"), names, new SslContextFactory.Client());
            try (Calling calling = Calling.with(HttpSpec.to(url).build(), kind)) {
                Answer.Failed failed = Calling.failed(calling.answer("a"));
                assertThat(failed.failure().code()).isEqualTo(ItemErrorCode.ADDRESS_NOT_ALLOWED);
                assertThat(failed.failure().message()).contains("rebind.test").doesNotContain("127.0.0.1");
                assertThat(failed.attempts()).isEqualTo(1);
            }
            assertThat(asked).containsExactly("at submission", "rebind.test");
            assertThat(server.connections()).isZero();
        }
    }

    @Test
    void a_target_that_is_allowed_by_name_may_be_local() {
        try (MisbehavingServer server =
                MisbehavingServer.that((request, time, exchange) -> exchange.answer(200, "in"))) {
            var kind = Calling.kind(
                    Map.of(),
                    AddressRules.only(
                            List.of(AllowedTarget.parse("here.test:" + server.port())
                                    .orElseThrow()),
                            "--http-allow"),
                    host -> List.of(InetAddress.getLoopbackAddress()),
                    new SslContextFactory.Client());
            try (Calling calling = Calling.with(
                    HttpSpec.to("http://here.test:" + server.port() + "/").build(), kind)) {
                assertThat(Calling.result(calling.answer("a"))).contains("\"body\":\"in\"");
            }
        }
    }
}
