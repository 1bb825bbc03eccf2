package dev.tutti.actors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tutti.task.Fn;
import dev.tutti.task.Task;
import dev.tutti.testkit.LeakCheck;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** An actor of a class that only a class loader of its owner has. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class TravellingActorTest {

  /** What the loader below has once more, and the class path too. */
  public static final class Account implements Serializable {
    private static final long serialVersionUID = 1L;
    private int cents;

    /** Makes an actor's state. */
    public static Task<Account> make() {
      return () -> {
        if (Account.class.getClassLoader() == ClassLoader.getSystemClassLoader()) {
          throw new IllegalStateException("the class path's own");
        }
        return new Account();
      };
    }

    /** Adds, and gives the account. */
    public static Fn<Object, Object> pay() {
      return account -> {
        ClassLoader ours = Account.class.getClassLoader();
        ((Account) account).cents +=
            Thread.currentThread().getContextClassLoader() == ours ? 5 : 1_000;
        return account;
      };
    }

    @Override
    public String toString() {
      return "Account[" + cents + "]";
    }
  }

  /** Defines a class of the tests by itself. */
  private static final class Again extends ClassLoader {
    Again() {
      super(TravellingActorTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        Class<?> type = findLoadedClass(name);
        if (type != null || !name.equals(Account.class.getName())) {
          return type != null ? type : super.loadClass(name, resolve);
        }
        try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
          byte[] bytes = in == null ? new byte[0] : in.readAllBytes();
          return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
          throw new ClassNotFoundException(name, e);
        }
      }
    }
  }

  /** Its state, its calls and their results are of the loader's class, in both processes. */
  @Test
  @SuppressWarnings("unchecked")
  void ask_classOfAnotherLoader_travels() throws Exception {
    Class<?> type = new Again().loadClass(Account.class.getName());
    assertThat(type).isNotSameAs(Account.class);
    Task<Object> make = (Task<Object>) type.getMethod("make").invoke(null);
    Fn<Object, Object> pay = (Fn<Object, Object>) type.getMethod("pay").invoke(null);
    try (Actor<Object> actor = Actor.open(make)) {
      assertThat(actor.ask(pay).get()).hasToString("Account[5]");
      Object account = actor.ask(pay).get();
      assertThat(account).hasToString("Account[10]");
      assertThat(account.getClass()).isSameAs(type);
    }
  }

  /** What was typed again is another class; the state is of the first, which still serves. */
  @Test
  @SuppressWarnings("unchecked")
  void ask_stateOfAnEarlierClass_classCastException() throws Exception {
    Class<?> first = new Again().loadClass(Account.class.getName());
    Class<?> later = new Again().loadClass(Account.class.getName());
    Task<Object> make = (Task<Object>) first.getMethod("make").invoke(null);
    Fn<Object, Object> pay = (Fn<Object, Object>) first.getMethod("pay").invoke(null);
    Fn<Object, Object> payLater = (Fn<Object, Object>) later.getMethod("pay").invoke(null);
    try (Actor<Object> actor = Actor.open(make)) {
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> actor.ask(payLater).get())
          .withCauseInstanceOf(ClassCastException.class);
      assertThat(actor.ask(pay).get()).hasToString("Account[5]");
    }
  }
}
