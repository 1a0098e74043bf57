// A new run from a preset with its main settings, checked by the configuration's own declarations
// while they are typed.
//
// Thread rule: the window's thread.
#pragma once

#include <QDialog>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/record/configuration/configuration.h"

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;

namespace mhc {

class Look;

class NewRunDialog : public QDialog {
  Q_OBJECT

 public:
  NewRunDialog(const Look& look, const QString& preset, QWidget* parent = nullptr);

  // Of an accepted dialog: the words for the engine, and the folder of the run.
  QStringList EngineWords() const;
  const std::filesystem::path& run() const { return run_; }

 private:
  void AddField(QFormLayout& form, const std::string& key, const QString& label);
  void TakePreset();
  void Check();
  std::vector<Setting> Settings() const;

  const Look& look_;
  QComboBox* preset_;
  std::map<std::string, QWidget*> fields_;  // by key; a line or a choice
  std::map<std::string, QString> of_preset_;
  QLineEdit* folder_;
  QLabel* cost_;
  QLabel* fault_;
  QPushButton* start_;
  std::filesystem::path run_;
};

}  // namespace mhc
