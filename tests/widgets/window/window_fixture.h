// The real window on real engines, driven by its object names.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>

#include <QAbstractButton>
#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <memory>

#include "core/record/run/run_folder.h"
#include "widgets/runs/new_run_dialog.h"
#include "widgets/window/main_window.h"

namespace mhc {

constexpr int kLimit_ms = 60000;  // a hang guard

class MainWindowTest : public testing::Test {
 protected:
  void SetUp() override {
    QSettings().clear();
    qputenv("MHC_RUNS", runs_.path().toUtf8());
    window_ = std::make_unique<MainWindow>();
    window_->show();
  }
  void TearDown() override {
    window_.reset();
    for (const auto& entry : std::filesystem::directory_iterator(runs_.path().toStdString())) {
      const auto folder = RunFolder::Open(entry.path());
      const auto holder = folder ? folder->Holder() : std::nullopt;
      if (holder) kill(static_cast<pid_t>(holder->process_id), SIGKILL);
    }
  }

  template <class Type>
  Type* Find(const char* name) const {
    auto* found = window_->findChild<Type*>(name);
    if (found == nullptr) ADD_FAILURE() << "no " << name;
    return found;
  }
  QAction* Action(const char* name) const { return window_->actions().Find(name); }
  RunDocument* Run() const { return window_->runs().current(); }

  // A new run from the dialog, small enough that a step takes two milliseconds.
  void StartNewRun(const std::vector<std::pair<QString, QString>>& more = {}) {
    Action("actionNewRun")->trigger();
    auto* dialog = Find<NewRunDialog>("newRunDialog");
    ASSERT_NE(dialog, nullptr);
    dialog->findChild<QComboBox*>("presetChoice")->setCurrentText("tiny");
    const auto set = [&](const char* field, const char* text) {
      dialog->findChild<QLineEdit*>(field)->setText(text);
    };
    set("field-data.source", "arithmetic");
    set("field-model.blocks", "1");
    set("field-model.channels", "16");
    set("field-train.steps", "1000000");
    for (const auto& [key, value] : more) {
      auto* choice = dialog->findChild<QComboBox*>("field-" + key);
      ASSERT_NE(choice, nullptr) << key.toStdString();
      choice->setCurrentIndex(choice->findData(value));
    }
    QTest::mouseClick(dialog->findChild<QPushButton*>("startButton"), Qt::LeftButton);
    ASSERT_TRUE(QTest::qWaitFor([&] { return Run() && Run()->last_step() > 5; }, kLimit_ms));
  }
  // Some text of the constraint panel holds the words.
  bool PanelSays(const char* words) const {
    for (const auto* label : Find<QWidget>("constraintPanel")->findChildren<QLabel*>()) {
      if (label->isVisible() && label->text().contains(QLatin1String(words))) return true;
    }
    return false;
  }
  std::int64_t EngineOf(const RunDocument& run) const {
    const auto folder = RunFolder::Open(run.path());
    const auto holder = folder ? folder->Holder() : std::nullopt;
    return holder ? holder->process_id : 0;
  }

  QTemporaryDir runs_;
  std::unique_ptr<MainWindow> window_;
};

}  // namespace mhc
