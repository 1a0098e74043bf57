// The runs that are open, what each looks like, and which one is current. Owns the reader thread
// and the one timer that brings what it found to the documents.
//
// Thread rule: the window's thread.
#pragma once

#include <QObject>
#include <QTimer>
#include <filesystem>
#include <memory>
#include <vector>

#include "widgets/document/run_colors.h"
#include "widgets/document/run_document.h"

namespace mhc {

struct SelectedRun {
  std::unique_ptr<RunDocument> document;
  int color = 0;      // a number for Look::RunPen: the run's own colour, with a dash where another
                      // open run has the same
  bool shown = true;  // drawn in the views
};

class RunSelection : public QObject {
  Q_OBJECT

 public:
  explicit RunSelection(RunColors::Use colors = RunColors::Use::kKeep, QObject* parent = nullptr);
  ~RunSelection() override;

  // Opens the run, or makes it current where it is open already.
  RunDocument& Open(const std::filesystem::path& run);
  void Close(RunDocument& document);

  const std::vector<SelectedRun>& runs() const { return runs_; }
  RunDocument* current() const { return current_; }  // nullptr where none is open
  void SetCurrent(RunDocument& document);
  void SetShown(RunDocument& document, bool shown);
  int ColorOf(const RunDocument& document) const;

 Q_SIGNALS:
  void runsChanged();     // opened, closed, shown, hidden, another colour
  void currentChanged();  // another run is current
  void recordChanged();   // something was read, at most ten times a second

 private:
  void Collect();
  void GiveColor(SelectedRun& run, int color);
  void KeepColor(SelectedRun& run);
  void UndashLoneRun();

  ReaderThread reader_;
  RunColors colors_;
  std::vector<SelectedRun> runs_;
  RunDocument* current_ = nullptr;
  QTimer timer_;
};

}  // namespace mhc
