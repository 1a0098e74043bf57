#include "widgets/help/help_page.h"

#include <QCoreApplication>

#include "core/manifold/mixing_constraint.h"
#include "core/record/configuration/configuration.h"
#include "core/record/record/snapshot_kinds.h"
#include "core/record/record/step_record.h"
#include "core/record/run/study.h"

namespace mhc {
namespace {

QString Text(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString Tr(const char* text) { return QCoreApplication::translate("HelpPage", text); }

// A bar would end a cell.
QString Cell(QString text) { return text.replace('|', QStringLiteral("\\|")); }

HelpPage Views() {
  const QString markdown = Tr(
      "# The views\n\n"
      "All views show the step of the bar below and the site of the matrix lens. A click in a "
      "curve "
      "moves the step, a click on a site moves the site; the wheel zooms, a drag moves, a double "
      "click shows all again. *⋯* in a view's header saves the view as a figure or copies its "
      "numbers.\n\n"
      "**Loss, composite gain, gradient norm** against the step. The strong line is an exponential "
      "mean in proportion to what is recorded, the pale one behind it what was measured, no spike "
      "left out; rings are validation losses, crosses steps that were skipped. Flags are changes "
      "that were made. *scalar* in the header takes any other scalar of the record; a low window "
      "has two curves, and the gradient norm is there.\n\n"
      "**Gain against depth**: by how much the forward signal (row sums) and the gradient (column "
      "sums) grow, at one site or in the product of all sites up to it. 1 keeps a signal's size. "
      "The line is the mean over tokens, the band its standard deviation, the pale band reaches "
      "from the least to the most.\n\n"
      "**Matrix lens**: H[i][j] is what output stream i takes from input stream j. Row and column "
      "sums stand beside it, white at 1. The matrix at the right is a composite, formed for every "
      "token and then averaged; the product of token means is another number and is called so. "
      "*H* in the header takes the difference from the identity, H − I, or logarithmic colours. "
      "While every map is within 0.01 of the identity the lens shows the difference by itself, and "
      "says so: a map that starts near I moves long before two decimals tell.\n\n"
      "**Spectrum**: singular values. σ₁ of a doubly stochastic matrix is 1; σ₂ says how much of "
      "the "
      "difference between streams passes a site. The eigenvalues of the same matrices lie in the "
      "complex plane: over many sites alike a difference fades inside the unit circle, is kept "
      "and turned on it, and grows outside.\n\n"
      "**Streams**: size of each stream along the depth, how alike they are, and the weights with "
      "which each site reads and writes.\n\n"
      "**Stream scope**: the whole stack. A ribbon's width is the weight that it carries, a bar's "
      "strength the stream's RMS; full dots are read weights, rings are write weights.\n\n"
      "**Cost of a step**: where its time goes, forward and backward together: attention and MLP "
      "themselves, the products and gates that predict the maps, the constraint, and reading, "
      "writing and mixing the streams. The last three are what hyper-connections add to a "
      "residual model; elements moved says how much of that is memory traffic. The paper's 6.7 % "
      "is of fused kernels at 27 billion parameters: a small model computed operation by "
      "operation pays far more.");
  return {QStringLiteral("views"), Tr("Using the lab"), Tr("The views"), markdown};
}

HelpPage FirstLook() {
  const QString markdown = Tr(
      "# A first look\n\n"
      "The preset *first-look* is a small deep stack of hyper-connections **without** the "
      "manifold (HC): nothing keeps the product of its mixing matrices near 1. It is no bug that "
      "its gain explodes, it is what the paper's Figure 3 shows, here within seconds.\n\n"
      "1. The matrix lens leaves the identity: streams mix. Ribbons cross in the stream scope.\n"
      "2. *Composite gain* leaves 1: a signal that passes all sites grows by that factor. *Gain "
      "against depth* shows at which site.\n"
      "3. *Bring it back*, above the views, asks the engine for the constraint *sinkhorn* at all "
      "sites, with the transfer *match matrix*. The engine takes it between two steps, the gain is "
      "1 from the next one on, and a flag marks the step in every curve.\n"
      "4. *Let it go again* takes the constraint away. The panel at the right does the same with "
      "any map, site by site; *Branch* makes a run that goes on without the change.\n\n"
      "The loss hardly shows any of it: norms before every layer and clipping hide an explosion "
      "for thousands of steps. That is why one looks at gains. The preset *default* is an mHC run, "
      "which holds from its first step on.");
  return {QStringLiteral("first-look"), Tr("Using the lab"), Tr("A first look"), markdown};
}

HelpPage Steering() {
  const QString markdown = Tr(
      "# Changing a run while it trains\n\n"
      "A change is a request that the engine takes between two steps. It is *pending* until its "
      "outcome is in the record, then *applied at step s*, or refused with the engine's reason. A "
      "checkpoint is saved before every change of the training.\n\n"
      "**Transfer** says how the logits of the new map start. *match matrix* fits them to the mean "
      "of H_res over the probe's tokens, so that the model goes on where it was; what could not be "
      "matched is shown as *unmatched*. *keep logits* puts the same numbers through the new map, "
      "where both have the same logits. *blend* goes from the old map to the new one over K "
      "steps.\n\n"
      "**ΔH** is how far H_res moved at the change, in the Frobenius norm, the largest over the "
      "sites.");
  return {QStringLiteral("steering"), Tr("Using the lab"), Tr("Changing a run"), markdown};
}

HelpPage Constraints() {
  QString markdown = Tr(
      "# Constraints\n\nA constraint is the map from a site's logits to H_res. What a map keeps, "
      "it keeps for every logit.\n\nAn orthogonal map keeps the size of all streams together and "
      "no "
      "row or column sum: its gains by sums may lie anywhere up to √n without anything growing. "
      "Look at its spectrum, which is 1, and not at its gains.\n\n");
  markdown +=
      Tr("| constraint | what it is | what it keeps | streams | logits at n = 4 |\n"
         "|---|---|---|---|---|\n");
  for (const MixingConstraint& constraint : MixingConstraints()) {
    const auto choice = ChooseConstraint(constraint.name);
    const QString count =
        constraint.allows(4) ? QString::number(LogitCount(*choice, 4)) : QStringLiteral("–");
    markdown +=
        QStringLiteral("| **%1** (%2) | %3 | %4 | %5 | %6 |\n")
            .arg(Text(constraint.name), Text(constraint.code), Cell(Text(constraint.text)),
                 Cell(Text(ToText(Guarantees(*choice)))), Text(constraint.allowed_streams), count);
  }
  return {QStringLiteral("constraints"), Tr("Reference"), Tr("Constraints"), markdown};
}

HelpPage Measures() {
  QString markdown = Tr("# Measures\n\nEvery step:\n\n| measure | what it is |\n|---|---|\n");
  for (const StepColumn& column : StepColumns()) {
    markdown += QStringLiteral("| %1 | %2 |\n").arg(Text(column.name), Cell(Text(column.text)));
  }
  markdown += Tr("\nEvery snapshot:\n\n| array | shape | what it is |\n|---|---|---|\n");
  for (const SnapshotKind& kind : SnapshotKinds()) {
    markdown += QStringLiteral("| %1 | %2 | %3 |\n")
                    .arg(Text(kind.name), Text(kind.shape), Cell(Text(kind.text)));
  }
  return {QStringLiteral("measures"), Tr("Reference"), Tr("Measures"), markdown};
}

HelpPage SettingsPage() {
  QString markdown = Tr("# Settings\n\n| key | default | what it is |\n|---|---|---|\n");
  for (const ConfigurationKey& key : ConfigurationKeys()) {
    const Declaration& declaration = key.declaration;
    markdown += QStringLiteral("| %1 | %2 | %3 |\n")
                    .arg(Text(declaration.key), Cell(Text(ToToml(declaration.fallback))),
                         Cell(Text(declaration.text)));
  }
  return {QStringLiteral("settings"), Tr("Reference"), Tr("Settings"), markdown};
}

}  // namespace

QString StudyPageName(const QString& study) { return QStringLiteral("study-") + study; }

std::vector<HelpPage> HelpPages() {
  std::vector<HelpPage> pages = {FirstLook(), Views(), Steering()};
  for (const Study& study : Studies()) {
    pages.push_back(
        {StudyPageName(Text(study.name)), Tr("Studies"), Text(study.title), Text(study.page)});
  }
  for (HelpPage (*reference)() : {Constraints, Measures, SettingsPage})
    pages.push_back(reference());
  return pages;
}

}  // namespace mhc
