import { Combobox, Kbd, Modal, TextInput, useCombobox } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useEffect, useId, useMemo, useState } from "react";

import { useFleet } from "../api/fleet";
import type { Command } from "../app/commands";
import { useWords } from "../i18n/language";
import { StateShape } from "../ui/StateMark";
import { holdsWords, inNameOrder, select, sort } from "../util/select";
import { shown } from "../util/state";
import classes from "./Palette.module.css";

/** This many connections are offered. */
const OFFERED = 8;

/** At once, and not when the dialog has come to rest: one goes on typing after Ctrl-K. */
function focus(field: HTMLInputElement | null) {
  field?.focus();
}

interface Props {
  commands: readonly Command[];
  onClose: () => void;
}

/** Goes anywhere and does anything by typing a few letters of it. */
export function Palette({ commands, onClose }: Props) {
  const words = useWords();
  const navigate = useNavigate();
  const combobox = useCombobox({ opened: true });
  const list = useId();
  // What Enter would take, for a screen reader; the combobox marks it in the document only.
  const [marked, setMarked] = useState<string>();
  const tell = () => setMarked(document.getElementById(list)?.querySelector("[data-combobox-selected]")?.id);
  const [query, setQuery] = useState("");
  const wanted = useDeferredValue(query);
  const { byId } = useFleet();
  const connections = useMemo(() => {
    const found = select(inNameOrder(byId), wanted.trim() ? { q: wanted } : { state: "down" });
    return sort(found, "state", false).slice(0, OFFERED);
  }, [byId, wanted]);
  const doable = commands.filter(({ label }) => holdsWords(label, wanted));
  const { selectFirstOption } = combobox;
  // Enter does the first thing that is offered.
  const offered = [...connections, ...doable].map(({ id }) => id).join(" ");
  useEffect(() => {
    // oxlint-disable-next-line react/set-state-in-effect -- only now the document knows
    setMarked((offered && selectFirstOption()) || undefined);
  }, [selectFirstOption, offered]);

  const submit = (value: string) => {
    onClose();
    const id = value.startsWith("connection ") ? value.slice("connection ".length) : undefined;
    if (id !== undefined) void navigate({ to: "/connections/$connectionId", params: { connectionId: id } });
    else commands.find((command) => command.id === value)?.run();
  };

  return (
    <Modal.Root opened onClose={onClose} transitionProps={{ duration: 0 }} padding={0} size="36rem" yOffset="12vh">
      <Modal.Overlay />
      <Modal.Content aria-label={words.nav.commands} className={classes.content}>
        <Combobox store={combobox} onOptionSubmit={submit}>
          <Combobox.EventsTarget withAriaAttributes={false}>
            <TextInput
              data-autofocus
              ref={focus}
              size="lg"
              variant="unstyled"
              className={classes.search}
              aria-label={words.commands.search}
              role="combobox"
              aria-autocomplete="list"
              aria-haspopup="listbox"
              aria-expanded
              aria-controls={list}
              aria-activedescendant={marked}
              autoComplete="off"
              placeholder={words.commands.search}
              leftSection={<IconSearch size={18} aria-hidden />}
              value={query}
              onChange={(event) => setQuery(event.currentTarget.value)}
              onKeyUp={tell}
            />
          </Combobox.EventsTarget>
          <Combobox.Options id={list} className={classes.options} aria-label={words.nav.commands}>
            {connections.length > 0 && (
              <Combobox.Group label={wanted.trim() ? words.commands.connections : words.fleet.wrongTitle}>
                {connections.map((connection) => (
                  <Combobox.Option key={connection.id} value={`connection ${connection.id}`} className={classes.option}>
                    <StateShape state={shown(connection)} />
                    <span className={classes.label}>{connection.name}</span>
                    <span className={classes.aside}>
                      {connection.status?.error?.code ?? words.states[shown(connection)]}
                    </span>
                  </Combobox.Option>
                ))}
              </Combobox.Group>
            )}
            {doable.length > 0 && (
              <Combobox.Group label={words.nav.commands}>
                {doable.map(({ id, label, icon: Icon, key }) => (
                  <Combobox.Option key={id} value={id} className={classes.option}>
                    <Icon size={16} stroke={1.7} />
                    <span className={classes.label}>{label}</span>
                    {key && <Kbd size="xs">{key}</Kbd>}
                  </Combobox.Option>
                ))}
              </Combobox.Group>
            )}
            {connections.length + doable.length === 0 && <Combobox.Empty>{words.commands.nothing}</Combobox.Empty>}
          </Combobox.Options>
        </Combobox>
      </Modal.Content>
    </Modal.Root>
  );
}
