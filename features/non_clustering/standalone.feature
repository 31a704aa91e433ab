Feature: Non-clustered design
  Each node stands alone: no cluster, no quorum, no HA, no shared storage, its own web interface.

  @req:CLU-01 @req:CLU-02 @req:CLU-03 @req:CLU-04 @req:CLU-05
  Scenario Outline: Each node stands alone
    When the site is audited
    Then every hypervisor satisfies <requirement>

    Examples:
      | requirement |
      | CLU-01      |
      | CLU-02      |
      | CLU-03      |
      | CLU-04      |
      | CLU-05      |

  @req:CLU-02 @disposable @power
  Scenario: No guest moves when its node stops
    Given the guests of every hypervisor are noted
    When the tenant hypervisor loses its power for an hour
    Then the management hypervisor has the guests it had
    And the tenant hypervisor has the guests it had

  @req:CLU-01 @req:CLU-02 @req:CLU-03 @req:CLU-04 @req:CLU-05 @disposable @plant
  Scenario Outline: What ties nodes together is found
    Given the tenant hypervisor has "<violation>"
    When the site is audited
    Then the tenant hypervisor fails <requirement>

    Examples:
      | violation                | requirement |
      | a left-over corosync.conf | CLU-01     |
      | an HA resource           | CLU-02      |
      | an NFS storage           | CLU-03      |
      | a dead pveproxy          | CLU-04      |
      | a running corosync       | CLU-05      |
