#include "core/record/intervention/inbox.h"

#include <sys/stat.h>

#include "record_fixture.h"
#include "tests/failing_calls.h"

namespace mhc {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class InboxTest : public RecordTest {
 protected:
  static Configuration Small() { return Must(ParseConfiguration("", "test", {})); }

  static InterventionRequest Request(const std::string& kind) {
    return Must(MakeRequest(Small(), kind, std::nullopt, std::nullopt, std::nullopt));
  }

  static std::vector<std::string> Ids(const std::vector<TakenRequest>& requests) {
    std::vector<std::string> ids;
    for (const TakenRequest& request : requests) ids.push_back(request.id);
    return ids;
  }

  static std::vector<TakenRequest> TakeFrom(Inbox& inbox) {
    const TakenRequests taken = Must(inbox.Take());
    EXPECT_EQ(taken.left, "");
    return taken.requests;
  }

  Inbox inbox_{folder_};
};

TEST_F(InboxTest, RequestsAreTakenInTheOrderInWhichTheyWereSubmitted) {
  std::vector<std::string> submitted;
  for (int i = 0; i < 20; ++i) submitted.push_back(Must(inbox_.Submit(Request("pause"))));
  EXPECT_EQ(Ids(TakeFrom(inbox_)), submitted);
}

TEST_F(InboxTest, ARequestReadsBackAsItWasSubmitted) {
  InterventionRequest request =
      Must(MakeRequest(Small(), "constraint", "sinkhorn:iterations=5", "0-1,3", "blend(50)"));
  const std::string id = Must(inbox_.Submit(request));
  const auto taken = TakeFrom(inbox_);
  ASSERT_THAT(taken, SizeIs(1));
  EXPECT_EQ(taken[0].unreadable, "");
  const InterventionRequest read = Must(ParseRequest(Small(), taken[0].id, taken[0].text));
  EXPECT_EQ(read.id, id);
  EXPECT_EQ(read.kind, "constraint");
  EXPECT_EQ(read.value, request.value);
  EXPECT_THAT(read.sites, ElementsAre(0, 1, 3));
  EXPECT_EQ(read.transfer, request.transfer);
}

TEST_F(InboxTest, AWithdrawnRequestIsNeverTaken) {
  const std::string id = Must(inbox_.Submit(Request("pause")));
  EXPECT_TRUE(Must(inbox_.Withdraw(id)));
  EXPECT_THAT(TakeFrom(inbox_), IsEmpty());
  EXPECT_THAT(FilesInFolder(), IsEmpty());
  EXPECT_FALSE(Must(inbox_.Withdraw(id)));
}

TEST_F(InboxTest, ATakenRequestCannotBeWithdrawn) {
  const std::string id = Must(inbox_.Submit(Request("pause")));
  const auto taken = TakeFrom(inbox_);
  EXPECT_FALSE(Must(inbox_.Withdraw(id)));
  inbox_.Done(taken[0]);
  EXPECT_THAT(FilesInFolder(), IsEmpty());
}

TEST_F(InboxTest, AfterACrashTheTakenRequestsComeFirst) {
  const std::string first = Must(inbox_.Submit(Request("pause")));
  const std::string second = Must(inbox_.Submit(Request("resume")));
  TakeFrom(inbox_);
  const std::string third = Must(inbox_.Submit(Request("stop")));
  Inbox after_the_crash(folder_);
  const auto taken = TakeFrom(after_the_crash);
  EXPECT_THAT(Ids(taken), ElementsAre(first, second, third));
  for (const TakenRequest& request : taken) after_the_crash.Done(request);
  EXPECT_THAT(TakeFrom(after_the_crash), IsEmpty());
}

TEST_F(InboxTest, DoneIsIdempotent) {
  Must(inbox_.Submit(Request("pause")));
  const auto taken = TakeFrom(inbox_);
  inbox_.Done(taken[0]);
  inbox_.Done(taken[0]);
}

TEST_F(InboxTest, FilesThatAreNotRequestsAreLeftAlone) {
  const std::vector<std::string> names = {".t-r-pause.json.partial", "README", "pause.json",
                                          "t-r-pa use.json", "t-r-pause.json.bak"};
  for (const std::string& name : names) WriteFile(folder_ / name, "{}");
  EXPECT_THAT(TakeFrom(inbox_), IsEmpty());
  EXPECT_THAT(FilesInFolder(), SizeIs(names.size()));
}

TEST_F(InboxTest, LinksFoldersAndPipesAreNotFollowed) {
  WriteFile(folder_ / "secret", "{\"kind\": \"pause\"}");
  std::filesystem::create_symlink(folder_ / "secret", folder_ / "t-1-pause.json");
  std::filesystem::create_directory(folder_ / "t-2-pause.json");
  ASSERT_EQ(mkfifo((folder_ / "t-3-pause.json").c_str(), 0600), 0);
  std::filesystem::create_symlink(folder_ / "secret", folder_ / "t-4-pause.json.taken");
  EXPECT_THAT(TakeFrom(inbox_), IsEmpty());
  EXPECT_THAT(FilesInFolder(), SizeIs(5));
}

TEST_F(InboxTest, ARequestThatIsTooLargeIsTakenAsUnreadable) {
  WriteFile(folder_ / "t-1-pause.json", std::string(64 * 1024 + 1, ' '));
  const auto taken = TakeFrom(inbox_);
  ASSERT_THAT(taken, SizeIs(1));
  EXPECT_THAT(taken[0].unreadable, HasSubstr("larger than 65536 bytes"));
  EXPECT_EQ(taken[0].text, "");
}

TEST_F(InboxTest, AFloodOfRequestsIsTakenInPortions) {
  for (int i = 0; i < 300; ++i) WriteFile(folder_ / fmt::format("t{:04}-r-pause.json", i), "{}");
  const auto first = TakeFrom(inbox_);
  ASSERT_THAT(first, SizeIs(256));
  EXPECT_EQ(first.back().id, "t0255-r");
  for (const TakenRequest& request : first) inbox_.Done(request);
  EXPECT_THAT(TakeFrom(inbox_), SizeIs(44));
}

TEST_F(InboxTest, ARenameThatFailsOnceLosesNoRequestAndKeepsTheirOrder) {
  std::vector<std::string> submitted;
  for (int i = 0; i < 4; ++i) submitted.push_back(Must(inbox_.Submit(Request("pause"))));
  TakenRequests first;
  {
    const FailingCalls failing({.call = "rename", .from = 2, .to = 2, .reason = EIO});
    first = Must(inbox_.Take());
  }
  EXPECT_THAT(Ids(first.requests), ElementsAre(submitted[0]));
  EXPECT_THAT(first.left, HasSubstr("Input/output error"));
  EXPECT_THAT(Ids(TakeFrom(inbox_)), ElementsAre(submitted[1], submitted[2], submitted[3]));
}

TEST_F(InboxTest, ARequestThatCannotBeDeletedIsDeletedLater) {
  Must(inbox_.Submit(Request("pause")));
  const auto taken = TakeFrom(inbox_);
  {
    const FailingCalls failing({.call = "unlink", .reason = EIO});
    inbox_.Done(taken[0]);
  }
  EXPECT_THAT(FilesInFolder(), SizeIs(1));
  EXPECT_THAT(TakeFrom(inbox_), IsEmpty());
  EXPECT_THAT(FilesInFolder(), IsEmpty());
}

TEST_F(InboxTest, AFolderInPlaceOfATakenNameWedgesNothing) {
  WriteFile(folder_ / "t1-1-pause.json", "{}");
  WriteFile(folder_ / "t2-2-pause.json", "{}");
  std::filesystem::create_directories(folder_ / "t1-1-pause.json.taken" / "inside");
  const TakenRequests taken = Must(inbox_.Take());
  EXPECT_THAT(Ids(taken.requests), ElementsAre("t2-2"));
  EXPECT_THAT(taken.left, HasSubstr("t1-1-pause.json"));
}

TEST_F(InboxTest, AnInboxThatIsALinkIsNotFollowed) {
  std::filesystem::create_directory(folder_ / "elsewhere");
  std::filesystem::create_directory_symlink(folder_ / "elsewhere", folder_ / "inbox");
  Inbox linked(folder_ / "inbox"), of_run(Must(OpenFolder::Open(folder_)));
  EXPECT_THAT(linked.Submit(Request("pause")).error().message, HasSubstr("symbolic link"));
  EXPECT_THAT(of_run.Take().error().message, HasSubstr("symbolic link"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "elsewhere"));
}

TEST_F(InboxTest, TheInboxOfARunIsFoundWhereTheRunWasMoved) {
  std::filesystem::create_directories(folder_ / "run" / "inbox");
  Inbox engine(Must(OpenFolder::Open(folder_ / "run")));
  std::filesystem::rename(folder_ / "run", folder_ / "moved");
  const std::string id = Must(Inbox(folder_ / "moved" / "inbox").Submit(Request("pause")));
  EXPECT_THAT(Ids(TakeFrom(engine)), ElementsAre(id));
}

TEST_F(InboxTest, WithoutHardLinksARequestIsPlacedAllTheSame) {
  std::string id;
  {
    const FailingCalls failing({.call = "link", .reason = EPERM});
    id = Must(inbox_.Submit(Request("pause")));
  }
  EXPECT_THAT(FilesInFolder(), SizeIs(1));
  EXPECT_THAT(Ids(TakeFrom(inbox_)), ElementsAre(id));
}

TEST_F(InboxTest, AMissingInboxIsNamed) {
  Inbox nowhere(folder_ / "none");
  EXPECT_THAT(nowhere.Submit(Request("pause")).error().message, HasSubstr("none"));
  EXPECT_THAT(nowhere.Take().error().message, HasSubstr("none"));
}

class RequestTextTest : public InboxTest {
 protected:
  static std::string Refusal(const std::string& text) {
    const auto request = ParseRequest(Small(), "t-r", text);
    return request ? "accepted" : request.error().message;
  }
};

TEST_F(RequestTextTest, WhatANotARequestIsSaid) {
  EXPECT_THAT(Refusal(""), HasSubstr("request t-r"));
  EXPECT_THAT(Refusal("{"), HasSubstr("request t-r"));
  EXPECT_THAT(Refusal("[1]"), HasSubstr("expected an object"));
  EXPECT_THAT(Refusal("{}"), HasSubstr("expected one of constraint=VALUE"));
  EXPECT_THAT(Refusal("{\"kind\": 3}"), HasSubstr("kind: found a JSON number"));
  EXPECT_THAT(Refusal("{\"kind\": \"dance\"}"), HasSubstr("found \"dance\", expected one of"));
  EXPECT_THAT(Refusal("{\"kind\": \"pause\", \"force\": 1}"), HasSubstr("the key \"force\""));
  EXPECT_THAT(Refusal("{\"kind\": \"pause\xff\"}"), HasSubstr("request t-r"));
}

TEST_F(RequestTextTest, DeepAndLongTextsAreRefusedAtOnce) {
  const std::string deep = "{\"kind\":\"pause\",\"value\":" + std::string(30000, '[');
  EXPECT_THAT(Refusal(deep), HasSubstr("request t-r"));
  EXPECT_THAT(Refusal(std::string(70000, ' ')), HasSubstr("at most 65536"));
}

TEST_F(RequestTextTest, ValuesOutOfTypeOrRangeAreRefusedWithWhatWasExpected) {
  EXPECT_THAT(Refusal(R"({"kind":"iterations","value":-1})"), HasSubstr("from 0 to 10000"));
  EXPECT_THAT(Refusal(R"({"kind":"iterations","value":2.5})"), HasSubstr("an integer"));
  EXPECT_THAT(Refusal(R"({"kind":"iterations","value":18446744073709551615})"),
              HasSubstr("below 2^63"));
  EXPECT_THAT(Refusal(R"({"kind":"learning_rate","value":-1})"), HasSubstr("from 0 to 1"));
  EXPECT_THAT(Refusal(R"({"kind":"learning_rate","value":1e999})"),
              HasSubstr("too large for a double"));
  EXPECT_THAT(Refusal(R"({"kind":"learning_rate","value":[1,"x"]})"), HasSubstr("list of other"));
  EXPECT_THAT(Refusal(R"({"kind":"learning_rate","value":{"a":1}})"), HasSubstr("JSON object"));
  EXPECT_THAT(Refusal(R"({"kind":"learning_rate"})"), HasSubstr("found no value"));
  EXPECT_THAT(Refusal(R"({"kind":"pause","value":"now"})"), HasSubstr("expected pause alone"));
}

TEST_F(RequestTextTest, SitesOutOfRangeOrTwiceAreRefused) {
  const std::string start = R"({"kind":"constraint","value":"identity","sites":)";
  for (const char* sites : {"[8]", "[-1]", "[0,0]", "[1.5]", "\"0-3\"", "[99999999999999999999]"}) {
    EXPECT_THAT(Refusal(start + sites + "}"), HasSubstr("sites from 0 to 7")) << sites;
  }
  EXPECT_EQ(Refusal(start + "[]}"), "accepted");
  EXPECT_THAT(Refusal(R"({"kind":"pause","sites":[1]})"), HasSubstr("takes no sites"));
}

TEST_F(RequestTextTest, AStrangerCannotSpeakAsTheGuard) {
  EXPECT_THAT(Refusal(R"({"kind":"pause","origin":"guard"})"), HasSubstr("expected request"));
}

}  // namespace
}  // namespace mhc
