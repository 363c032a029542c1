package io.narthex.console.faces;

import jakarta.el.ELContext;
import jakarta.el.ELException;
import jakarta.el.ELResolver;
import jakarta.el.PropertyNotFoundException;
import jakarta.el.PropertyNotWritableException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Lets views read the components of records; Expression Language does that itself from its version 6 on. */
public final class RecordElResolver extends ELResolver {
    private final Map<Class<?>, RecordComponent[]> known = new ConcurrentHashMap<>();

    @Override
    public @Nullable Object getValue(ELContext context, @Nullable Object base, @Nullable Object property) {
        if (!(base instanceof Record of) || property == null) {
            return null;
        }
        RecordComponent component = Arrays.stream(
                        known.computeIfAbsent(of.getClass(), type -> type.getRecordComponents()))
                .filter(c -> c.getName().equals(property))
                .findFirst()
                .orElseThrow(() ->
                        new PropertyNotFoundException(of.getClass().getSimpleName() + " has no component " + property));
        context.setPropertyResolved(base, property);
        try {
            return component.getAccessor().invoke(of);
        } catch (ReflectiveOperationException e) {
            throw new ELException(e);
        }
    }

    @Override
    public @Nullable Class<?> getType(ELContext context, @Nullable Object base, @Nullable Object property) {
        return null;
    }

    @Override
    public void setValue(ELContext context, @Nullable Object base, @Nullable Object property, @Nullable Object value) {
        if (base instanceof Record) {
            throw new PropertyNotWritableException("records have no properties to write");
        }
    }

    @Override
    public boolean isReadOnly(ELContext context, @Nullable Object base, @Nullable Object property) {
        return true;
    }

    @Override
    public @Nullable Class<?> getCommonPropertyType(ELContext context, @Nullable Object base) {
        return base instanceof Record ? String.class : null;
    }
}
