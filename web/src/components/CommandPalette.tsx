import "@mantine/core/styles/Combobox.css";

import { Combobox, Kbd, Modal, TextInput, useCombobox } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { useDeferredValue, useId, useLayoutEffect, useMemo, useState } from "react";

import { useFleet } from "../api/fleet";
import { useFocusReturn } from "../hooks/use-focus-return";
import { useMessages } from "../i18n/language";
import { useSentences } from "../i18n/sentences";
import { filterConnections } from "../model/connection-filter";
import { sortByName, sortConnections } from "../model/connection-sort";
import { displayState } from "../model/display-state";
import { linkTo } from "../model/paths";
import { StateIcon } from "../ui/StateBadge";
import { containsWords } from "../util/text-search";
import classes from "./CommandPalette.module.css";

/** Something that can be done from every page. */
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly icon: ComponentType<{ size?: number; stroke?: number }>;
  /** Its single-key shortcut. */
  readonly key?: string;
  readonly run: () => void;
}

/** The most connections to list. */
const MAX_CONNECTIONS = 8;

/** The same without a query: the commands have to be in sight. */
const MAX_FAILURES = 3;

/** Focus right away instead of after the opening transition: people go on typing after Ctrl K. */
function focus(field: HTMLInputElement | null) {
  field?.focus();
}

interface Props {
  commands: readonly Command[];
  onClose: () => void;
}

/** Opens any page or connection and runs any command by typing a part of its name. */
export function CommandPalette({ commands, onClose }: Props) {
  const t = useMessages();
  const sentences = useSentences();
  useFocusReturn();
  const navigate = useNavigate();
  const combobox = useCombobox({ opened: true });
  const listId = useId();
  // The option that Enter selects, for `aria-activedescendant`; the combobox marks it in the DOM only.
  const [marked, setMarked] = useState<string>();
  const updateMarked = () => setMarked(document.getElementById(listId)?.querySelector("[data-combobox-selected]")?.id);
  const [query, setQuery] = useState("");
  const deferredQuery = useDeferredValue(query);
  const { byId } = useFleet();
  const connections = useMemo(() => {
    const all = sortByName(byId);
    // Without a query, what failed last.
    if (!deferredQuery.trim()) {
      const failing = filterConnections(all, { state: "down" }, sentences);
      return sortConnections(failing, { column: "since", descending: false }).slice(0, MAX_FAILURES);
    }
    const matching = filterConnections(all, { q: deferredQuery }, sentences);
    return sortConnections(matching, { column: "state", descending: false }).slice(0, MAX_CONNECTIONS);
  }, [byId, deferredQuery, sentences]);
  const matchingCommands = commands.filter(({ label }) => containsWords(label, deferredQuery));
  const { selectFirstOption } = combobox;
  // Enter selects the first option, from the moment in which it is shown.
  const optionIds = [...connections, ...matchingCommands].map(({ id }) => id).join(" ");
  useLayoutEffect(() => {
    // oxlint-disable-next-line react/set-state-in-effect -- only now the document knows
    setMarked((optionIds && selectFirstOption()) || undefined);
  }, [selectFirstOption, optionIds]);

  const submit = (value: string) => {
    onClose();
    const id = value.startsWith("connection ") ? value.slice("connection ".length) : undefined;
    if (id !== undefined) void navigate(linkTo.connection(id));
    else commands.find((command) => command.id === value)?.run();
  };

  return (
    <Modal.Root opened onClose={onClose} transitionProps={{ duration: 0 }} padding={0} size="36rem" yOffset="12vh">
      <Modal.Overlay />
      <Modal.Content aria-label={t.nav.commands} className={classes.content}>
        <Combobox store={combobox} onOptionSubmit={submit}>
          <Combobox.EventsTarget withAriaAttributes={false}>
            <TextInput
              data-autofocus
              ref={focus}
              size="lg"
              variant="unstyled"
              className={classes.search}
              aria-label={t.commands.search}
              role="combobox"
              aria-autocomplete="list"
              aria-haspopup="listbox"
              aria-expanded
              aria-controls={listId}
              aria-activedescendant={marked}
              autoComplete="off"
              placeholder={t.commands.search}
              leftSection={<IconSearch size={18} aria-hidden />}
              value={query}
              onChange={(event) => setQuery(event.currentTarget.value)}
              onKeyUp={updateMarked}
            />
          </Combobox.EventsTarget>
          <Combobox.Options id={listId} className={classes.options} aria-label={t.nav.commands}>
            {connections.length > 0 && (
              <Combobox.Group label={deferredQuery.trim() ? t.commands.connections : t.fleet.failuresTitle}>
                {connections.map((connection) => (
                  <Combobox.Option key={connection.id} value={`connection ${connection.id}`} className={classes.option}>
                    <StateIcon state={displayState(connection)} />
                    <span className={classes.label}>{connection.name}</span>
                    <span className={classes.aside}>
                      {connection.status?.error?.code ?? t.states[displayState(connection)]}
                    </span>
                  </Combobox.Option>
                ))}
              </Combobox.Group>
            )}
            {matchingCommands.length > 0 && (
              <Combobox.Group label={t.nav.commands}>
                {matchingCommands.map(({ id, label, icon: Icon, key }) => (
                  <Combobox.Option key={id} value={id} className={classes.option}>
                    <Icon size={16} stroke={1.7} />
                    <span className={classes.label}>{label}</span>
                    {key && <Kbd size="xs">{key}</Kbd>}
                  </Combobox.Option>
                ))}
              </Combobox.Group>
            )}
            {connections.length + matchingCommands.length === 0 && (
              <Combobox.Empty>{t.commands.nothing}</Combobox.Empty>
            )}
          </Combobox.Options>
        </Combobox>
      </Modal.Content>
    </Modal.Root>
  );
}
