package dev.tutti.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tutti.task.Fn;
import java.io.File;
import java.io.Serializable;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.KeyPairGenerator;
import java.security.SignedObject;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.text.SimpleDateFormat;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.chrono.JapaneseDate;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Calendar;
import java.util.Currency;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import javax.naming.CompositeName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which classes may come from a worker. */
@Tag("unit")
final class FiltersTest {
  private static Object decode(Object value, ValueFilter filter) throws DecodeException {
    return Codec.decode(
        ByteBuffer.wrap(Codec.encode(value, Role.RESULT)),
        FiltersTest.class.getClassLoader(),
        filter);
  }

  private static List<Object> plainValues() throws Exception {
    return List.of(
        new BigInteger("7"),
        new BigDecimal("7.5"),
        new File("a"),
        new URI("http://localhost/"),
        InetAddress.getLoopbackAddress(),
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 80),
        Instant.EPOCH,
        ZonedDateTime.parse("2026-11-21T12:00:00+01:00[Europe/Berlin]"),
        JapaneseDate.of(2026, 11, 21),
        Date.from(Instant.EPOCH),
        Calendar.getInstance(TimeZone.getTimeZone("Europe/Berlin"), Locale.GERMANY),
        new Timestamp(1),
        new SimpleDateFormat("yyyy", Locale.ROOT),
        UUID.randomUUID(),
        Locale.GERMANY,
        Currency.getInstance("EUR"),
        new Random(1),
        Pattern.compile("a+"),
        BitSet.valueOf(new long[] {5}),
        EnumSet.of(PosixFilePermission.OWNER_READ),
        new EnumMap<>(Map.of(PosixFilePermission.OWNER_READ, 1)),
        Set.of(1, 2),
        new ArrayDeque<>(List.of(1)),
        new TreeMap<>(Map.of("a", 1)),
        new LinkedHashMap<>(Map.of("a", 1)).entrySet().iterator().next().getKey(),
        Map.entry("a", 1).getKey(),
        new ConcurrentSkipListMap<>(Map.of("a", 1)),
        new CopyOnWriteArrayList<>(List.of(1)),
        new LinkedBlockingQueue<>(List.of(1)),
        new LongAdder(),
        new java.awt.geom.Point2D.Double(1, 2),
        KeyPairGenerator.getInstance("EC").generateKeyPair().getPublic(),
        new int[0][0],
        new Object[] {1, "a"},
        new NoSuchFileException("a"),
        new TimeoutException("a"),
        new SQLException("a"),
        new java.lang.reflect.InvocationTargetException(new RuntimeException("a")),
        new javax.net.ssl.SSLHandshakeException("a"),
        new org.xml.sax.SAXParseException("a", null),
        new org.w3c.dom.DOMException(org.w3c.dom.DOMException.SYNTAX_ERR, "a"),
        new org.w3c.dom.ls.LSException(org.w3c.dom.ls.LSException.PARSE_ERR, "a"),
        new org.ietf.jgss.GSSException(org.ietf.jgss.GSSException.BAD_MECH));
  }

  /** Plain values and exceptions of the JDK may come. */
  @Test
  void decode_plainValueOfTheJdk_comes() throws Exception {
    for (Object value : plainValues()) {
      assertThat(decode(value, Filters.results())).as("%s", value.getClass()).hasSameClassAs(value);
    }
  }

  /** Parts of the JDK that make a reader run code, or read another stream, do not come. */
  @Test
  void decode_partOfTheJdkThatRunsCode_isRefusedByName() throws Exception {
    var keys = KeyPairGenerator.getInstance("EC").generateKeyPair();
    Object proxy =
        Proxy.newProxyInstance(
            FiltersTest.class.getClassLoader(),
            new Class<?>[] {Comparable.class},
            (java.lang.reflect.InvocationHandler & Serializable) (_, _, _) -> 0);
    for (Object value :
        List.of(
            new ObjectName("a:b=c"),
            new CompositeName("a"),
            new SignedObject(
                "a", keys.getPrivate(), java.security.Signature.getInstance("SHA256withECDSA")),
            new java.rmi.server.UID(),
            new javax.management.BadAttributeValueExpException("a"),
            new javax.swing.event.EventListenerList(),
            new Object[] {new ObjectName("a:b=c")})) {
      assertThatExceptionOfType(DecodeException.class)
          .as("%s", value.getClass())
          .isThrownBy(() -> decode(value, Filters.results()))
          .withMessageContaining("is outside the filter");
    }
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> decode(proxy, Filters.results()))
        .withMessageContaining("java.lang.reflect.Proxy is outside the filter");
  }

  /** What is needed to read anything comes through a filter that allows nothing else. */
  @Test
  void decode_basicValue_comesThroughTheNarrowestFilter() throws Exception {
    ValueFilter narrow = new ValueFilter(Filters::isBasic, 100, 10_000, 100_000, "allow %s");
    RuntimeException failure = new RuntimeException("a", new Exception("b"));
    failure.addSuppressed(new RuntimeException("c"));
    for (Object value :
        List.of(
            1.5f,
            'c',
            (byte) 1,
            "text",
            new int[] {1},
            new String[] {"a"},
            new Object[] {1, "a", null},
            Path.of("a"),
            Optional.of(Optional.empty()),
            ByteBuffer.allocateDirect(3),
            failure)) {
      assertThat(decode(value, narrow)).as("%s", value.getClass()).hasSameClassAs(value);
      byte[] thrown = FailureCodec.encode(new IllegalStateException("x", failure));
      assertThat(
              FailureCodec.decode(
                  ByteBuffer.wrap(thrown), FiltersTest.class.getClassLoader(), narrow))
          .isInstanceOf(dev.tutti.task.SubstituteException.class);
    }
    Fn<Integer, Integer> lambda = n -> n;
    for (Object value :
        List.of(new BigInteger("7"), Instant.EPOCH, List.of(Instant.EPOCH), lambda)) {
      assertThatExceptionOfType(DecodeException.class)
          .as("%s", value.getClass())
          .isThrownBy(() -> decode(value, narrow))
          .withMessageContaining("allow java.");
    }
  }
}
