// Tests of the window's parts. The application is offscreen, with settings of its own that are gone
// afterwards, and any warning of Qt fails the test that caused it.
#include <gtest/gtest.h>

#include <QApplication>
#include <QSettings>
#include <QTemporaryDir>

namespace {

void FailOnWarning(QtMsgType type, const QMessageLogContext&, const QString& text) {
  // What the offscreen platform says of itself.
  for (const char* own :
       {"propagateSizeHints", "XDG_RUNTIME_DIR", "This plugin does not support raise",
        "This plugin does not support grabbing the keyboard"}) {
    if (text.contains(QLatin1String(own))) return;
  }
  if (type == QtWarningMsg || type == QtCriticalMsg) {
    ADD_FAILURE() << "Qt warns: " << text.toStdString();
  }
}

}  // namespace

int main(int count, char** arguments) {
  testing::InitGoogleTest(&count, arguments);
  if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
  const QTemporaryDir settings;
  QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, settings.path());
  QApplication application(count, arguments);
  QApplication::setApplicationName("mHC Lab tests");
  QApplication::setOrganizationName("mHC Lab tests");
  qInstallMessageHandler(FailOnWarning);
  return RUN_ALL_TESTS();
}
