#include "widgets/document/run_selection.h"

#include <algorithm>

#include "widgets/look/look.h"

namespace mhc {
namespace {

constexpr int kInterval_ms = 100;

}  // namespace

RunSelection::RunSelection(RunColors::Use colors, QObject* parent)
    : QObject(parent), reader_(kInterval_ms), colors_(colors) {
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
  std::vector<int> taken;
  for (const SelectedRun& open : runs_) taken.push_back(open.color % Look::RunColorCount());
  const auto kept = colors_.At(path);
  runs_.push_back({std::make_unique<RunDocument>(reader_, path), 0, true});
  GiveColor(runs_.back(), kept ? *kept : colors_.FirstFree(taken));
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
  UndashLoneRun();
  colors_.ForgetGone();
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

// With the first dash in which no other open run of that colour is drawn.
void RunSelection::GiveColor(SelectedRun& run, int color) {
  const auto taken = [&](int number) {
    return std::any_of(runs_.begin(), runs_.end(), [&](const SelectedRun& other) {
      return &other != &run && other.color == number;
    });
  };
  run.color = color;
  while (taken(run.color)) run.color += Look::RunColorCount();
}

// A run whose record is read for the first time, or that stands where another one was.
void RunSelection::KeepColor(SelectedRun& run) {
  const std::string& id = run.document->description().id;
  const int now = run.color % Look::RunColorCount();
  const int color = colors_.Of(id).value_or(now);
  if (color != now) GiveColor(run, color);
  colors_.Keep(id, run.document->path(), color);
  UndashLoneRun();
}

// A dash tells a run from another; alone it would say nothing.
void RunSelection::UndashLoneRun() {
  if (runs_.size() == 1) runs_.front().color %= Look::RunColorCount();
}

void RunSelection::Collect() {
  const auto updates = reader_.Take();
  if (updates.empty()) return;
  bool colors_changed = false;
  for (const auto& [key, update] : updates) {
    for (SelectedRun& run : runs_) {
      if (run.document->reader_key() != key) continue;
      const std::string id = run.document->description().id;
      const bool first = !run.document->loaded();
      const int color = run.color;
      run.document->Apply(update);
      const bool is_other = run.document->loaded() && run.document->description().id != id;
      if (is_other) KeepColor(run);
      colors_changed = colors_changed || run.color != color || first || is_other;
    }
  }
  if (colors_changed) Q_EMIT runsChanged();
  Q_EMIT recordChanged();
}

}  // namespace mhc
