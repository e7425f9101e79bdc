package org.checkpointrecovery.item;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.checkpointrecovery.item.CsvHeader.BadHeaderException;
import org.checkpointrecovery.job.FieldNames;
import org.checkpointrecovery.job.Format;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How CSV files begin as programs really write them. */
class CsvHeaderTest {
    private static final Format DEFAULT = Format.of(Format.Kind.CSV);

    private static @Nullable CsvHeader read(String input, Format format, boolean copies) throws IOException {
        byte[] bytes = input.getBytes(UTF_8);
        LineSource.Lines lines = new LineSource.Lines(bytes.length, 1000, format, !copies, true);
        return CsvHeader.read(new SlowChannel(bytes, 3), lines, copies).orElse(null);
    }

    private static CsvHeader header(String input, Format format) throws IOException {
        return requireNonNull(read(input, format, false));
    }

    private static void refused(String input, Format format, String... why) {
        assertThatThrownBy(() -> read(input, format, false))
                .as(input)
                .isInstanceOf(BadHeaderException.class)
                .hasMessageContainingAll(why);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '\'', delimiter = '!', textBlock = """
                    ',name,country'        ! column_1,name,country
                    '"","rural","urban"'   ! column_1,rural,urban
                    'id,name,'             ! id,name,column_3
                    'id,,,x,'              ! id,column_2,column_3,x,column_5
                    ',,'                   ! column_1,column_2,column_3
                    '""'                   ! column_1
                    ',column_1,column_2'   ! column_1_,column_1,column_2
                    ',column_1_,column_1'  ! column_1__,column_1_,column_1
                    ' ,a'                  ! ' ,a'
                    """)
    void fields_without_a_name_are_numbered_and_names_stay_distinct(String first, String names) throws IOException {
        for (String mark : new String[] {"", "\ufeff"}) {
            for (String end : new String[] {"\n", "\r\n", ""}) {
                CsvHeader header = header(mark + first + end, DEFAULT);
                assertThat(header.names()).containsExactly(names.split(","));
                assertThat(header.dataStartBytes()).isEqualTo((mark + first + end).getBytes(UTF_8).length);
            }
        }
    }

    @Test
    void two_fields_of_the_same_name_are_refused_with_the_option_that_helps() throws IOException {
        refused(
                "id,x,b,x\n1,2,3,4\n",
                DEFAULT,
                "fields 2 and 4",
                "\"x\"",
                "\"header\"",
                "--csv-header",
                "--csv-skip 1");
        refused("title\nx,x\n", DEFAULT.withSkipRecords(1), "\"skipRecords\": 2");
        Format helped = DEFAULT.withNames(new FieldNames.Given(List.of("id", "x", "b", "y")))
                .withSkipRecords(1);
        CsvHeader header = header("id,x,b,x\n1,2,3,4\n", helped);
        assertThat(header.names()).containsExactly("id", "x", "b", "y");
        assertThat(header.dataStartBytes()).isEqualTo(9);
    }

    @Test
    void without_a_header_the_first_record_is_an_item_and_says_how_many_fields_there_are() throws IOException {
        Format none = DEFAULT.withNames(FieldNames.NUMBERED);
        CsvHeader header = header("\ufeff1,\"a\nb\",\n2,c,d\n", none);
        assertThat(header.names()).containsExactly("column_1", "column_2", "column_3");
        assertThat(header.dataStartBytes()).isZero();
        assertThat(header("x\n1,2\n", none.withSkipRecords(1)).dataStartBytes()).isEqualTo(2);
        assertThat(header("x,x\n", none).names()).hasSize(2);
        assertThat(read("\ufeff\n\r\n", none, false)).isNull();
        refused("1,\"2\"x\n", none, "cannot be used to count the fields", "after the closing quotation mark");
        refused("1,\"2\n", none, "in line 1 of the input, at byte offset 2", "--csv-quote none");
        assertThat(header("1,\"2\n", none.withQuote(Format.Quote.NONE)).names()).hasSize(2);
    }

    @Test
    void given_names_need_nothing_of_the_input() throws IOException {
        Format given = DEFAULT.withNames(new FieldNames.Given(List.of("a", "b")));
        for (String input : new String[] {"", "\ufeff1,2\n", "1\n", "\"open\n", "\n\n"}) {
            CsvHeader header = header(input, given);
            assertThat(header.names()).containsExactly("a", "b");
            assertThat(header.raw()).isEmpty();
            assertThat(header.dataStartBytes()).isZero();
        }
    }

    @Test
    void copies_stand_behind_the_record_that_they_had_before_them() throws IOException {
        CsvHeader numbered = requireNonNull(read("sep=;\n1\n", DEFAULT.withNames(FieldNames.NUMBERED), true));
        assertThat(numbered.names()).containsExactly("column_1");
        assertThat(numbered.dataStartBytes()).isEqualTo(6);
        assertThat(numbered.format().delimiter()).isEqualTo(',');
        Format given =
                DEFAULT.withNames(new FieldNames.Given(List.of("a", "b"))).withSkipRecords(7);
        assertThat(requireNonNull(read("sep=;\n", given, true)).dataStartBytes())
                .isZero();
        assertThat(requireNonNull(read("a,b\n1,2\n", DEFAULT.withSkipRecords(1), true))
                        .names())
                .containsExactly("a", "b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sep=;", "SEP=;", "Sep=;", "\"sep=;\"", "sep=|", "sep=\t", "sep=,", "sep= "})
    void the_line_of_excel_names_the_delimiter_and_is_no_record(String line) throws IOException {
        char delimiter = line.replace("\"", "").charAt(4);
        for (String mark : new String[] {"", "\ufeff"}) {
            for (String end : new String[] {"\n", "\r\n"}) {
                String before = mark + line + end;
                for (Format format : new Format[] {DEFAULT, DEFAULT.withDelimiter(delimiter)}) {
                    CsvHeader header = header(before + "id" + delimiter + "x" + end, format);
                    assertThat(header.names()).containsExactly("id", "x");
                    assertThat(header.format()).isEqualTo(DEFAULT.withDelimiter(delimiter));
                    int behind = before.getBytes(UTF_8).length;
                    assertThat(header.dataStartBytes()).isEqualTo(behind + 4 + end.length());
                    assertThat(header(before + "1" + delimiter + "2", format.withNames(FieldNames.NUMBERED))
                                    .dataStartBytes())
                            .isEqualTo(behind);
                }
                assertThat(read(mark + line + end, DEFAULT, false)).isNull();
                refused(before + "a\n", DEFAULT.withDelimiter('!'), "sep=", "\"!\"");
            }
        }
        assertThat(read(line, DEFAULT, false)).as("the line alone").isNull();
    }

    @Test
    void what_only_looks_like_the_line_of_excel_is_a_record_or_refused() throws IOException {
        assertThat(header("sep=a,b\n1,2\n", DEFAULT).names()).containsExactly("sep=a", "b");
        assertThat(header("separator\n1\n", DEFAULT).names()).containsExactly("separator");
        assertThat(header("sep\n1\n", DEFAULT).names()).containsExactly("sep");
        assertThat(header("sep=semicolon\n1\n", DEFAULT).names()).containsExactly("sep=semicolon");
        assertThat(header("id\nsep=;\n", DEFAULT).names()).containsExactly("id");
        for (String bad : new String[] {"sep=", "sep=||", "sep=\"", "sep=\u00e4", "sep=\\t"}) {
            refused(bad + "\nid;name\n", DEFAULT, bad, "must be a tab or one printable ASCII character");
        }
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '\'', delimiter = '!', textBlock = """
                    'id;name;price\n1;Ana;1,50\n'      ! ;  ! 3
                    'id;name\r\n1;Ana\r\n'             ! ;  ! 2
                    'id|name\n1|Ana\n'                 ! |  ! 2
                    '"id";"name"\n1;"a\nb"\n'          ! ;  ! 2
                    'id;name\nragged\n1;2\n'           ! ;  ! 2
                    'id;name'                          ! ;  ! 2
                    """)
    void a_file_with_another_delimiter_is_refused_with_a_hint(String input, String other, String fields)
            throws IOException {
        String text = input.replace("\\n", "\n").replace("\\r", "\r");
        refused(text, DEFAULT, fields + " fields with the delimiter \"" + other + "\"", "--delimiter '" + other + "'");
        refused("\ufeff" + text, DEFAULT, "\"delimiter\": \"" + other + "\"");
        refused(text, DEFAULT.withNames(FieldNames.NUMBERED), "\"delimiter\": \"" + other + "\"");
        refused(text.replace(other, "\t"), DEFAULT, "\"delimiter\": \"\\t\"", "$'\\t'");
        assertThat(header(text, DEFAULT.withDelimiter(other.charAt(0))).names()).hasSize(Integer.parseInt(fields));
        if (!text.startsWith("\"")) {
            assertThat(header(text, DEFAULT.withDelimiter(',')).names())
                    .as("who insists has one column")
                    .hasSize(1);
        }
    }

    @Test
    void a_file_with_one_column_is_one() throws IOException {
        for (String input : new String[] {
            "note\nfirst; second\nthird; fourth\n",
            "title; subtitle\nOne\nTwo\nThree\n",
            "\"a;b\"\nx;y\n",
            "name\n1\n",
            "a;\"b\n1\n"
        }) {
            assertThat(header(input, DEFAULT).names()).as(input).hasSize(1);
        }
        Format two = DEFAULT.withNames(new FieldNames.Given(List.of("a", "b")));
        refused("1;2\n3;4\n", two, "\"delimiter\": \";\"");
        assertThat(header("1;2;3\n3;4;5\n", two).names()).as("not that many").hasSize(2);
        assertThat(header("1;2\n3;4\n", DEFAULT.withNames(new FieldNames.Given(List.of("line"))))
                        .names())
                .containsExactly("line");
    }

    @Test
    void a_quotation_mark_that_is_open_in_the_header_says_where() {
        refused("\n\"id,name\n1,2\n", DEFAULT, "in line 2 of the input, at byte offset 1", "\"quote\": \"none\"");
        refused("id\n\"x\n", DEFAULT.withSkipRecords(2), "in line 2 of the input, at byte offset 3");
    }
}
