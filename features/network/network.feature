Feature: Network position
  The nodes stand behind the core router, and guests take their addresses from it.

  @req:NET-01
  Scenario: The nodes stand behind the core router
    When the site is audited
    Then every hypervisor satisfies NET-01

  @req:NET-02
  Scenario: Guests take their addresses from the core router
    When the site is audited
    Then every hypervisor satisfies NET-02

  @req:NET-03
  Scenario: Known guests have their mapped addresses
    When the site is audited
    Then the management hypervisor satisfies NET-03

  @req:NET-01 @req:NET-02 @req:NET-03 @disposable @plant
  Scenario Outline: Another way to an address is found
    Given the management hypervisor has "<violation>"
    When the site is audited
    Then the management hypervisor fails <requirement>

    Examples:
      | violation                          | requirement |
      | another gateway                    | NET-01      |
      | a guest with a fixed address       | NET-02      |
      | a guest on an address from the pool | NET-03     |
