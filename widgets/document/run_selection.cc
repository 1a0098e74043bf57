#include "widgets/document/run_selection.h"

#include <QSettings>
#include <algorithm>

#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr int kInterval_ms = 100;
constexpr int kColorTurn = 32;  // every colour with every dash

QString ColorKey(const RunDocument& document) {
  return "runColors/" + QString::fromStdString(document.description().id);
}

}  // namespace

RunSelection::RunSelection(QObject* parent) : QObject(parent), reader_(kInterval_ms) {
  timer_.setInterval(kInterval_ms);
  connect(&timer_, &QTimer::timeout, this, &RunSelection::Collect);
  timer_.start();
}

RunSelection::~RunSelection() { runs_.clear(); }

RunDocument& RunSelection::Open(const std::filesystem::path& run) {
  std::error_code error;
  std::filesystem::path path = std::filesystem::weakly_canonical(run, error);
  if (error) path = run;
  for (const SelectedRun& open : runs_) {
    if (open.document->path() == path) {
      SetCurrent(*open.document);
      return *open.document;
    }
  }
  runs_.push_back({std::make_unique<RunDocument>(reader_, path), FreeColor(0, nullptr), true});
  RunDocument& document = *runs_.back().document;
  current_ = &document;
  Q_EMIT runsChanged();
  Q_EMIT currentChanged();
  return document;
}

void RunSelection::Close(RunDocument& document) {
  const auto place = std::find_if(runs_.begin(), runs_.end(), [&](const SelectedRun& run) {
    return run.document.get() == &document;
  });
  if (place == runs_.end()) return;
  const bool was_current = current_ == &document;
  const std::unique_ptr<RunDocument> closed = std::move(place->document);
  const auto next = runs_.erase(place);
  if (was_current) {
    current_ =
        runs_.empty() ? nullptr : (next == runs_.end() ? runs_.back() : *next).document.get();
  }
  Q_EMIT runsChanged();
  if (was_current) Q_EMIT currentChanged();
}

void RunSelection::SetCurrent(RunDocument& document) {
  if (current_ == &document) return;
  current_ = &document;
  Q_EMIT currentChanged();
}

void RunSelection::SetShown(RunDocument& document, bool shown) {
  for (SelectedRun& run : runs_) {
    if (run.document.get() == &document) run.shown = shown;
  }
  Q_EMIT runsChanged();
}

int RunSelection::ColorOf(const RunDocument& document) const {
  for (const SelectedRun& run : runs_) {
    if (run.document.get() == &document) return run.color;
  }
  return 0;
}

// The smallest number from `first` on that no open run but `except` has.
int RunSelection::FreeColor(int first, const SelectedRun* except) const {
  const auto taken = [&](int number) {
    return std::any_of(runs_.begin(), runs_.end(), [&](const SelectedRun& run) {
      return &run != except && run.color == number;
    });
  };
  while (taken(first)) ++first;
  return first;
}

// A run keeps its colour: the same everywhere and tomorrow. A new one takes the next in turn, so
// that runs of different days can be told apart too.
void RunSelection::KeepColor(SelectedRun& run) {
  constexpr const char* kNext = "nextRunColor";
  QSettings settings;
  const QString key = ColorKey(*run.document);
  const bool is_new = !settings.contains(key);
  const int wanted = settings.value(is_new ? QString(kNext) : key, 0).toInt();
  run.color = FreeColor(wanted, &run);
  settings.setValue(key, run.color);
  if (is_new) settings.setValue(kNext, (run.color + 1) % kColorTurn);
}

void RunSelection::Collect() {
  const auto updates = reader_.Take();
  if (updates.empty()) return;
  bool colors_changed = false;
  for (const auto& [key, update] : updates) {
    for (SelectedRun& run : runs_) {
      if (run.document->key() != key) continue;
      const bool first = !run.document->loaded();
      const int color = run.color;
      run.document->Apply(update);
      if (first && run.document->loaded()) KeepColor(run);
      colors_changed = colors_changed || run.color != color || first;
    }
  }
  if (colors_changed) Q_EMIT runsChanged();
  Q_EMIT recordChanged();
}

}  // namespace mhc
