package io.narthex.console.faces;

import jakarta.faces.application.ViewHandler;
import jakarta.faces.application.ViewHandlerWrapper;
import jakarta.faces.context.FacesContext;

/** Lets Faces show the view that the console's filter has chosen, whatever the URL is. */
public final class ConsoleViewHandler extends ViewHandlerWrapper {
    /** Name of the attribute of the request that names the view. */
    public static final String VIEW = ConsoleViewHandler.class.getName();

    public ConsoleViewHandler(ViewHandler wrapped) {
        super(wrapped);
    }

    @Override
    public String deriveViewId(FacesContext context, String requestViewId) {
        return String.valueOf(context.getExternalContext().getRequestMap().get(VIEW));
    }

    @Override
    public String deriveLogicalViewId(FacesContext context, String requestViewId) {
        return deriveViewId(context, requestViewId);
    }
}
