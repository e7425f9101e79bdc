package org.checkpointrecovery.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Lists the options of a command under one heading per mixin, the mixin's name. Not picocli's argument groups: with those, an
 * option that is repeated by mistake is accepted, and the last value wins.
 */
final class GroupedOptions implements IHelpSectionRenderer {
    @Override
    public String render(Help help) {
        CommandSpec command = help.commandSpec();
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, CommandSpec> group : command.mixins().entrySet()) {
            // Laid out for all options, so that the columns of every group line up.
            Help.Layout layout = help.createDefaultLayout(command.options(), List.of(), help.colorScheme());
            layout.addAllOptions(group.getValue().options(), help.createDefaultParamLabelRenderer());
            text.append(help.createHeading("%n%s:%n", group.getKey())).append(layout);
        }
        return text.toString();
    }
}
