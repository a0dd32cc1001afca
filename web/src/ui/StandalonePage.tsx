import type { ReactNode } from "react";

import { Logo } from "./Logo";
import classes from "./StandalonePage.module.css";

interface Props {
  product: string;
  title: string;
  text: string;
  children: ReactNode;
}

/** A page outside of the frame, with a single task. */
export function StandalonePage({ product, title, text, children }: Props) {
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <div className={classes.brand}>
          <Logo size={30} />
          <span>{product}</span>
        </div>
        <h1>{title}</h1>
        <p>{text}</p>
        {children}
      </div>
    </main>
  );
}
