"""A theme as small as can be, that uses every MJML tag a theme may use, and the way from template to problems."""

from __future__ import annotations

import jinja2
from jinja2.ext import Extension

from apes_mailer.errors import Problem
from apes_mailer.render import mjml_check

FILE = "templates/test/letter.mjml"

PAGE = """\
<mjml lang="fr" dir="ltr">
  <mj-head>
    <mj-title>{{ title }}</mj-title>
    <mj-preview>Ce mois-ci &amp; le suivant</mj-preview>
    <mj-breakpoint width="480px" />
    <mj-attributes>
      <mj-all font-family="Arial, sans-serif" />
      <mj-class name="soft" color="#555555" />
      <mj-section padding-left="20px" padding-right="20px" />
      <mj-text padding="0 0 8px" line-height="1.5" />
    </mj-attributes>
    <mj-style>
      a:hover > b { color: red; }
    </mj-style>
    <mj-raw><meta name="color-scheme" content="light dark" /></mj-raw>
  </mj-head>
  <!-- what readers see -->
  <mj-body width="640px" background-color="#f4f4f4">
    <mj-raw><div class="preheader">Bonjour</div></mj-raw>
    <mj-wrapper background-color="#ffffff" padding="16px 0">
      <mj-section direction="ltr" full-width="false">
        <mj-column width="38%" vertical-align="top">
          <mj-image src="{{ picture }}" alt="Un marché" width="200px"
                    height="auto" border-radius="6px"
                    href="https://example.org/marche" />
        </mj-column>
        <mj-column
            width="62%">
          <mj-text mj-class="soft" color="rgb(20, 30, 40)" letter-spacing="-0.5px">
            <h2 style="margin:0">Le marché</h2>
            <p>Un <a href="https://example.org/?a=1&b=2">lien</a><br />
              et <em>ainsi</em> de suite.</p>
            <!--[if mso]><p>Outlook</p><![endif]-->
          </mj-text>
          <mj-button href="https://example.org/" background-color="darkgreen" inner-padding="12px 24px"
            color="white">Lire</mj-button>
        </mj-column>
      </mj-section>
    </mj-wrapper>
{% for place in ("Lille", "Arras") %}
    <mj-section background-color="transparent" css-class="places">
      <mj-group width="100%" background-color="rgba(0, 0, 0, 0.5)">
        <mj-column width="120px">
          <mj-spacer height="20px" />
        </mj-column>
        <mj-column width="80%" padding-left="4px" padding-right="4px">
          <mj-text>{{ place }}</mj-text>
          <mj-divider border-width="1px" border-style="solid" border-color="#cccccc" padding="8px" />
        </mj-column>
      </mj-group>
    </mj-section>
{% endfor %}
    <mj-section>
      <mj-column>
        <mj-table cellpadding="4" width="100%" table-layout="fixed">
          <tr><th scope="row">Jour</th><td>lundi<br/></td></tr>
        </mj-table>
        <mj-social mode="horizontal" icon-size="24px">
          <mj-social-element src="m.png" alt="" href="https://example.org/m">Mastodon</mj-social-element>
        </mj-social>
        <mj-navbar hamburger="hamburger">
          <mj-navbar-link href="https://example.org/a">Agenda <b>2</b></mj-navbar-link>
        </mj-navbar>
        <mj-accordion icon-wrapped-url="plus.png" icon-unwrapped-url="minus.png">
          <mj-accordion-element>
            <mj-accordion-title>Pourquoi ?</mj-accordion-title>
            <mj-accordion-text>Parce que <b>oui</b>.</mj-accordion-text>
          </mj-accordion-element>
        </mj-accordion>
        <mj-carousel left-icon="l.png" right-icon="r.png">
          <mj-carousel-image src="1.png" alt="Un" />
        </mj-carousel>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""


class MarkLines(Extension):
    """What the renderer does with every template of MJML."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return mjml_check.mark_lines(source, filename or name or FILE)


def print_marked(source: str, **files: str) -> str:
    """Return what a template prints, with marks; ``files`` are others that it may include, without their ending."""
    templates = {f"{name}.mjml": text for name, text in files.items()}
    environment = jinja2.Environment(
        loader=jinja2.DictLoader({FILE: source, **templates}),
        extensions=[MarkLines],
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    return environment.get_template(FILE).render(title="Juillet", picture="marche.jpg", color="green")


def problems(source: str, **files: str) -> list[Problem]:
    """Return what the validator says of a template's output."""
    return mjml_check.validate(print_marked(source, **files))


def in_column(content: str) -> str:
    """Return a page with the content, which begins on line 5, in its only column."""
    return (
        f"<mjml>\n<mj-body>\n<mj-section>\n<mj-column>\n{content}\n</mj-column>\n</mj-section>\n</mj-body>\n</mjml>\n"
    )


def in_body(content: str) -> str:
    """Return a page with the content, which begins on line 5, in its body."""
    return f"<mjml>\n<mj-head></mj-head>\n<mj-body>\n\n{content}\n</mj-body>\n</mjml>\n"


def in_head(content: str) -> str:
    """Return a page with the content, which begins on line 5, in its head."""
    return f"<mjml>\n\n<mj-head>\n\n{content}\n</mj-head>\n<mj-body></mj-body>\n</mjml>\n"
